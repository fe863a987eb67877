import { DomainError } from '../../errors/domain.error.js';
import type { ProblemCode } from '../../errors/problem.catalog.js';
import type { ReplyEntry } from './reply.js';
import type { ReplyLog } from './reply.log.js';

/** Tokens that come within this time go into the log as one entry. */
const COALESCE_MS = 30;
/** How long a store that cannot be reached is tried again before the reply is given up. */
const PATIENCE_MS = 30_000;
const RETRY_MS = 250;
/** What a store says that may be able to take an append a little later. */
const PASSING: ReadonlySet<ProblemCode> = new Set(['state_unavailable', 'state_full']);

/**
 * Puts a reply's entries into its log in order, one append at a time. Text is gathered for a moment
 * so that a fast writer does not cost one append a word.
 */
export class ReplyAppender {
  private length = 0;
  private waiting: ReplyEntry[] = [];
  private timer?: NodeJS.Timeout;
  private chain: Promise<void> = Promise.resolve();

  /**
   * @param lifetime Milliseconds the log may rest from now.
   * @param onMarked Called when an append learns that someone asked the writer to stop.
   * @param onLost Called when the log cannot be written any more.
   */
  constructor(
    private readonly log: ReplyLog,
    private readonly lifetime: () => number,
    private readonly onMarked: () => void,
    private readonly onLost: (error: unknown) => void,
  ) {}

  add(entry: ReplyEntry): void {
    const last = this.waiting.at(-1);
    if (entry.event === 'token' && last?.event === 'token') {
      this.waiting[this.waiting.length - 1] = { event: 'token', text: last.text + entry.text };
    } else if (entry.event === 'progress' && last?.event === 'progress') {
      this.waiting[this.waiting.length - 1] = entry;
    } else {
      this.waiting.push(entry);
    }
    this.timer ??= setTimeout(() => void this.flush(), COALESCE_MS);
  }

  /** Resolves when everything added before is in the log. */
  flush(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    const entries = this.waiting;
    this.waiting = [];
    this.chain = this.chain.then(() => this.append(entries)).catch(this.onLost);
    return this.chain;
  }

  private async append(entries: readonly ReplyEntry[]): Promise<void> {
    if (entries.length === 0) return;
    const { appended, length, marked } = await this.tryAppend(entries);
    if (!appended && length !== this.length + entries.length) {
      throw new DomainError('reply_lost', 'The log of the reply is not what was written to it.');
    }
    this.length += entries.length;
    if (marked) this.onMarked();
  }

  /** An append whose answer was lost may have been done: then the log has the length it would give. */
  private async tryAppend(entries: readonly ReplyEntry[]): ReturnType<ReplyLog['append']> {
    const giveUpAt = Date.now() + PATIENCE_MS;
    for (;;) {
      try {
        return await this.log.append(this.length, entries, this.lifetime());
      } catch (error) {
        const passing = error instanceof DomainError && PASSING.has(error.code);
        if (!passing || Date.now() > giveUpAt) throw error;
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  }
}
