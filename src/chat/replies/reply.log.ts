import { setImmediate as othersTurn } from 'node:timers/promises';
import type { Session } from '../../auth/session.js';
import { DomainError } from '../../errors/domain.error.js';
import { outlast } from '../../state/outlast.js';
import { openText, sealText } from '../../state/sealed.text.js';
import {
  type AppendResult,
  MAX_RECORD_BYTES,
  type SharedState,
  type StateKey,
  type Unsubscribe,
} from '../../state/shared-state.js';
import { isLast, type ReplyEntry, type ReplyEvent } from './reply.js';

/** Where a reply's log is kept; also the channel its growth is announced on. */
const logKey = (sessionId: string, replyId: string): StateKey => ({
  scope: sessionId,
  name: `log:${replyId}`,
});

const CANCEL = 'cancel';
/** Opened in one turn of the event loop. */
const CHUNK = 64;

/** One reply's log in the shared state: numbered entries, each sealed and bound to its place. */
export class ReplyLog {
  private readonly key: StateKey;

  constructor(
    private readonly state: SharedState,
    private readonly session: Session,
    private readonly replyId: string,
  ) {
    this.key = logKey(session.id, replyId);
  }

  /** Whether the log has ended. */
  hasEnded(): Promise<boolean> {
    return this.isOver(Number.MAX_SAFE_INTEGER);
  }

  /**
   * Adds the first of the entries behind the first `length` ones, or none when the log has another
   * length: as many as one write may hold, but one at least.
   */
  async append(
    length: number,
    entries: readonly ReplyEntry[],
    ttlMs: number,
  ): Promise<AppendResult> {
    const batch = await this.sealBatch(length, entries);
    return this.state.append(this.key, length, batch, ttlMs);
  }

  /** Up to `limit` events after number `after`. */
  async read(after: number, limit: number): Promise<ReplyEvent[]> {
    const sealed = await this.state.read(this.key, after, limit);
    return Promise.all(sealed.map((text, index) => this.open(text, after + index + 1)));
  }

  /** All events there are now. */
  async readAll(): Promise<ReplyEvent[]> {
    const events: ReplyEvent[] = [];
    for (;;) {
      const chunk = await this.read(events.length, CHUNK);
      events.push(...chunk);
      if (chunk.length < CHUNK) return events;
      await othersTurn();
    }
  }

  /** How many events there are now. */
  async length(): Promise<number> {
    const { length } = await this.state.append(this.key, 0, [], 1);
    return length;
  }

  /** Whether the log has ended and holds nothing behind number `after`. */
  async isOver(after: number): Promise<boolean> {
    const length = await this.length();
    if (length === 0 || after < length) return false;
    const [last] = await this.read(length - 1, 1);
    return last !== undefined && isLast(last);
  }

  /**
   * Asks the writer, on whichever pod, to stop. A store that is full keeps no mark, but still tells the
   * writer: a reply that costs must not go on for want of memory.
   */
  async cancel(ttlMs: number): Promise<void> {
    try {
      await this.state.mark(this.key, ttlMs);
    } catch (error) {
      // A full store has no room for the mark, but the message needs none: whoever writes hears it. And
      // the mark is made when there is room, for one that takes the reply over.
      if (!isFull(error)) throw error;
      void outlast(() => this.state.mark(this.key, ttlMs)).catch(() => undefined);
    }
    await this.state.publish(this.key, CANCEL);
  }

  onCancel(listener: () => void): Promise<Unsubscribe> {
    return this.state.subscribe(this.key, (message) => {
      if (message === CANCEL) listener();
    });
  }

  /** Calls back whenever the log may have grown. */
  onGrowth(listener: () => void): Promise<Unsubscribe> {
    return this.state.subscribe(this.key, (message) => {
      if (message !== CANCEL) listener();
    });
  }

  private async sealBatch(length: number, entries: readonly ReplyEntry[]): Promise<string[]> {
    const { sealer } = this.session.identity;
    const batch: string[] = [];
    let bytes = 0;
    for (const entry of entries) {
      const context = this.context(length + batch.length + 1);
      const sealed = await sealText(sealer, JSON.stringify(entry), context);
      bytes += sealed.length;
      if (batch.length > 0 && bytes > MAX_RECORD_BYTES) break;
      batch.push(sealed);
    }
    return batch;
  }

  private async open(sealed: string, seq: number): Promise<ReplyEvent> {
    try {
      const text = await openText(this.session.identity.sealer, sealed, this.context(seq));
      return { ...(JSON.parse(text) as ReplyEntry), seq };
    } catch (cause) {
      throw new DomainError('reply_lost', 'The reply cannot be read any more.', { cause });
    }
  }

  private context(seq: number): string {
    return `{${this.session.id}}:log:${this.replyId}#${String(seq)}`;
  }
}

const isFull = (error: unknown): boolean =>
  error instanceof DomainError && error.code === 'state_full';
