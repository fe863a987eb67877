import { readFrame } from './socket-frame.js';

/** The client's own names for what a message is about; an `error` frame brings them back. */
export interface MessageSubject {
  readonly replyId?: string;
  readonly ref?: string;
}

/** What the data of a message is about; nothing is taken for granted of it. */
export function subjectOf(data: unknown): MessageSubject {
  const { replyId, ref } = Object(data) as Record<string, unknown>;
  return { replyId: shortText(replyId), ref: shortText(ref) };
}

/** What a message as it arrived is about; empty where it cannot be read. */
export function subjectOfMessage(message: unknown): MessageSubject {
  try {
    return subjectOf(readFrame(message).data);
  } catch {
    return {};
  }
}

function shortText(value: unknown): string | undefined {
  return typeof value === 'string' && value.length <= 64 ? value : undefined;
}
