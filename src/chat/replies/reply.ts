import type { ActionType } from '../../providers/action.js';
import type { Coverage } from '../../providers/coverage.js';
import type { Problem } from '../../errors/problem.js';
import type { ResolvedFilter } from '../../recap/action-filter.js';
import type { Condensed, Doubt, RecapStyle, WriterUsage } from '../writer/recap.writer.js';

export const PROGRESS_STAGES = ['repositories', 'actions', 'condensing', 'writing'] as const;
export type ProgressStage = (typeof PROGRESS_STAGES)[number];

export const STOP_REASONS = ['end', 'length', 'cancelled', 'refused'] as const;
export type StopReason = (typeof STOP_REASONS)[number];

/** The action a citation points to. */
export interface CitedAction {
  readonly id: string;
  readonly type: ActionType;
  readonly title: string;
  readonly url: string;
}

export const REPLY_KINDS = ['recap', 'chat'] as const;
export type ReplyKind = (typeof REPLY_KINDS)[number];

/** A recap: its actions' filter and how the text is wanted. */
export interface RecapRequest {
  readonly kind: 'recap';
  readonly filter: ResolvedFilter;
  readonly bullets: number;
  readonly style: RecapStyle;
  /** BCP 47. */
  readonly language: string;
}

/** An answer to a question about a recap's actions. */
export interface ChatRequest {
  readonly kind: 'chat';
  readonly question: string;
  /** The recap's reply. */
  readonly about: string;
}

/** What is kept of a reply from its beginning, beside its log. */
export interface ReplyRecord {
  readonly id: string;
  readonly createdAt: string;
  readonly request: RecapRequest | ChatRequest;
  /** What was written of it is gone, and whoever wrote it. */
  readonly lost?: boolean;
}

/** One entry of a reply's log, before it has its number. */
export type ReplyEntry =
  | {
      readonly event: 'progress';
      readonly stage: ProgressStage;
      readonly done: number;
      readonly total?: number;
      /** For whoever goes on writing here, not for readers: what the reply has taken so far. */
      readonly spent?: WriterUsage;
    }
  | {
      readonly event: 'token';
      readonly text: string;
      /** For whoever goes on writing here, not for readers: actions whose citations are still to come. */
      readonly pending?: readonly string[];
    }
  | { readonly event: 'citation'; readonly bullet: number; readonly action: CitedAction }
  | {
      readonly event: 'done';
      readonly stopReason: StopReason;
      readonly usage: WriterUsage | Record<string, never>;
      readonly coverage?: Coverage;
      readonly bullets: number;
      readonly uncited: readonly number[];
      /** Absent in replies of a release that did not look. */
      readonly doubtful?: readonly Doubt[];
      readonly omittedTurns?: number;
      readonly condensed?: Condensed;
    }
  | { readonly event: 'error'; readonly problem: Problem };

/** An entry with its place in the log: `seq` starts at 1 and has no gaps. */
export type ReplyEvent = ReplyEntry & { readonly seq: number };

/** Every log ends with exactly one of these. */
export function isLast({ event }: ReplyEntry): boolean {
  return event === 'done' || event === 'error';
}
