import type { ActionType } from '../../providers/action.js';
import type { Coverage } from '../../providers/coverage.js';
import type { Problem } from '../../errors/problem.js';
import type { ResolvedFilter } from '../../recap/action-filter.js';
import type { RecapStyle, WriterUsage } from '../writer/recap.writer.js';

export const PROGRESS_STAGES = ['repositories', 'actions', 'condensing', 'writing'] as const;
export type ProgressStage = (typeof PROGRESS_STAGES)[number];

export const STOP_REASONS = ['end', 'length', 'cancelled'] as const;
export type StopReason = (typeof STOP_REASONS)[number];

/** The action a citation points to. */
export interface CitedAction {
  readonly id: string;
  readonly type: ActionType;
  readonly title: string;
  readonly url: string;
}

/** What a reply is to be: its actions' filter and how the text is wanted. */
export interface RecapRequest {
  readonly filter: ResolvedFilter;
  readonly bullets: number;
  readonly style: RecapStyle;
  /** BCP 47. */
  readonly language: string;
}

/** What is kept of a reply beside its log. */
export interface ReplyRecord {
  readonly id: string;
  readonly createdAt: string;
  readonly request: RecapRequest;
}

/** One entry of a reply's log, before it has its number. */
export type ReplyEntry =
  | {
      readonly event: 'progress';
      readonly stage: ProgressStage;
      readonly done: number;
      readonly total?: number;
    }
  | { readonly event: 'token'; readonly text: string }
  | { readonly event: 'citation'; readonly bullet: number; readonly action: CitedAction }
  | {
      readonly event: 'done';
      readonly stopReason: StopReason;
      readonly usage: WriterUsage | Record<string, never>;
      readonly coverage?: Coverage;
      readonly uncited: readonly number[];
    }
  | { readonly event: 'error'; readonly problem: Problem };

/** An entry with its place in the log: `seq` starts at 1 and has no gaps. */
export type ReplyEvent = ReplyEntry & { readonly seq: number };

/** Every log ends with exactly one of these. */
export function isLast({ event }: ReplyEntry): boolean {
  return event === 'done' || event === 'error';
}
