import type { Problem } from '../../errors/problem.js';
import type { ReplyEvent } from './reply.js';

/** A frame as sockets send it: `{event, data}`. */
export interface Frame {
  readonly event: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** The frame of one event of a reply. */
export function toFrame(replyId: string, { event, ...data }: ReplyEvent): Frame {
  // JSON leaves out what is undefined: readers are not told what is kept for whoever writes on.
  return { event, data: { replyId, ...data, pending: undefined, spent: undefined } };
}

/** The frame that names a reply just begun; `ref` is the client's own name for it. */
export function acceptedFrame(replyId: string, ref?: string): Frame {
  return { event: 'accepted', data: { replyId, ref } };
}

/** The frame that tells of an error outside a reply's log: it has no `seq`. */
export function errorFrame(
  problem: Problem,
  about: { readonly replyId?: string; readonly ref?: string } = {},
): Frame {
  return { event: 'error', data: { ...about, problem } };
}
