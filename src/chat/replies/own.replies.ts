import { Injectable } from '@nestjs/common';
import type { ReplyEntry, ReplyEvent } from './reply.js';

interface Held {
  readonly entries: readonly ReplyEntry[];
  /** How many of them the log is known to hold. */
  readonly length: number;
}

/**
 * What the logs of the replies that this pod writes are known to hold, so that those who follow them
 * here need not read and open it again. Whoever asks has found the reply in their own session.
 */
@Injectable()
export class OwnReplies {
  private readonly held = new Map<string, Held>();
  private readonly listeners = new Map<string, Set<() => void>>();

  /** @param length How many of the entries the log has acknowledged; these never change any more. */
  hold(replyId: string, entries: readonly ReplyEntry[], length: number): void {
    this.held.set(replyId, { entries, length });
    for (const listener of this.listeners.get(replyId) ?? []) listener();
  }

  /** From now on only the log itself tells. */
  forget(replyId: string): void {
    this.held.delete(replyId);
  }

  /** Up to `limit` events after number `after`; undefined for a reply that is not written here. */
  read(replyId: string, after: number, limit: number): ReplyEvent[] | undefined {
    const held = this.held.get(replyId);
    return held?.entries
      .slice(after, Math.min(held.length, after + limit))
      .map((entry, index) => ({ ...entry, seq: after + index + 1 }));
  }

  /** All events there are now; undefined for a reply that is not written here. */
  readAll(replyId: string): ReplyEvent[] | undefined {
    return this.read(replyId, 0, Number.MAX_SAFE_INTEGER);
  }

  /** Calls back whenever more is held. @returns what ends that. */
  onGrowth(replyId: string, listener: () => void): () => void {
    const listeners = this.listeners.get(replyId) ?? new Set();
    this.listeners.set(replyId, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.listeners.get(replyId) === listeners) {
        this.listeners.delete(replyId);
      }
    };
  }
}
