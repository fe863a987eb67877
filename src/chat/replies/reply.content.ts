import type { Problem } from '../../errors/problem.js';
import type { Coverage } from '../../providers/coverage.js';
import type { Condensed, Doubt, WriterUsage } from '../writer/recap.writer.js';
import type { CitedAction, ReplyEvent, StopReason } from './reply.js';

export const REPLY_STATUSES = ['running', 'done', 'failed'] as const;
export type ReplyStatus = (typeof REPLY_STATUSES)[number];

/** What the events of a reply's log come to, so far or in the end. */
export interface ReplyContent {
  readonly status: ReplyStatus;
  /** The number of the last event; 0: there is none yet. */
  readonly seq: number;
  /** Markdown. */
  readonly text: string;
  readonly citations: readonly { readonly bullet: number; readonly action: CitedAction }[];
  /** The bullets, from 1, that nothing was cited for; known in the end. */
  readonly uncited: readonly number[];
  /** What bullets say and none of their sources; known in the end. */
  readonly doubtful: readonly Doubt[];
  readonly bullets?: number;
  readonly stopReason?: StopReason;
  readonly usage?: WriterUsage | Record<string, never>;
  readonly coverage?: Coverage;
  readonly omittedTurns?: number;
  readonly condensed?: Condensed;
  /** Why it failed. */
  readonly problem?: Problem;
}

/** What a reply that has ended came to: this does not change any more. */
export interface EndedContent extends ReplyContent {
  readonly status: Exclude<ReplyStatus, 'running'>;
}

export function isEnded(content: ReplyContent): content is EndedContent {
  return content.status !== 'running';
}

/** @param events All events of a log, or its first ones. */
export function contentOf(events: readonly ReplyEvent[]): ReplyContent {
  const last = events.at(-1);
  const content: ReplyContent = {
    status: 'running',
    seq: last?.seq ?? 0,
    text: events.map((event) => (event.event === 'token' ? event.text : '')).join(''),
    citations: events
      .filter((event) => event.event === 'citation')
      .map(({ bullet, action }) => ({ bullet, action })),
    uncited: [],
    doubtful: [],
  };
  if (last?.event === 'error') return { ...content, status: 'failed', problem: last.problem };
  if (last?.event !== 'done') return content;
  const { stopReason, usage, coverage, bullets, uncited, omittedTurns, condensed } = last;
  const { doubtful = [] } = last;
  const end = { stopReason, usage, coverage, bullets, uncited, doubtful, omittedTurns, condensed };
  return { ...content, status: 'done', ...end };
}
