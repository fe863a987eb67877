import { outlast } from '../../state/outlast.js';
import type { ReplyEntry } from './reply.js';
import type { ReplyLog } from './reply.log.js';

const BATCH = 500;
/** Text that waits, during an outage say, comes in entries of so many characters. */
const MAX_JOINED_CHARACTERS = 32 * 1024;

/** Another pod writes this reply now, or its session is over: this one stops without a word. */
export class Superseded extends Error {}
/** The log holds what this writer does not know: it has to be read again. */
export class Overtaken extends Error {}

/** Whether nobody goes on with what was stopped, for want of a session or of a store. */
export const isGivenUp = ({ aborted, reason }: AbortSignal): boolean =>
  aborted && !(reason instanceof Superseded) && !(reason instanceof Overtaken);

interface AppenderOptions {
  /** Text that comes within so many milliseconds of the last append waits for the next one. */
  readonly coalesceMs: number;
  /** Milliseconds the log may rest from now. */
  readonly lifetime: () => number;
  /** Whether this pod may go on writing; asked when the log is not as this writer left it. */
  readonly holds: () => Promise<boolean>;
  /** Called with all entries and how many of them the log is known to hold, whenever that changes. */
  readonly onHeld: (entries: readonly ReplyEntry[], length: number) => void;
  /** Called when an append learns that someone asked the writer to stop. */
  readonly onMarked: () => void;
  /** Called once, with {@link Superseded}, {@link Overtaken} or what the store said, when no more can be written. */
  readonly onStopped: (reason: unknown) => void;
}

/**
 * Puts a reply's entries into its log in order, one append at a time; what comes meanwhile goes into
 * the next. It keeps them all: a store that failed over to a copy may have lost the last ones,
 * which are then appended again under the same numbers.
 */
export class ReplyAppender {
  private readonly entries: ReplyEntry[];
  /** How many of the entries the log is known to hold. */
  private acknowledged: number;
  /** How many of them have been handed to the store, and must not change any more. */
  private sent: number;
  private timer?: NodeJS.Timeout;
  private lastSentAt = 0;
  private writing?: Promise<void>;
  private stopped = false;

  /** @param known What the log holds already. */
  constructor(
    private readonly log: ReplyLog,
    known: readonly ReplyEntry[],
    private readonly options: AppenderOptions,
  ) {
    this.entries = [...known];
    this.acknowledged = known.length;
    this.sent = known.length;
    options.onHeld(this.entries, known.length);
  }

  add(entry: ReplyEntry): void {
    if (this.stopped) return;
    const last = this.entries.length > this.sent ? this.entries.at(-1) : undefined;
    if (entry.event === 'token' && last?.event === 'token' && canJoin(last, entry)) {
      this.entries[this.entries.length - 1] = join(last, entry);
    } else if (isSameStage(last, entry)) {
      this.entries[this.entries.length - 1] = entry;
    } else {
      this.entries.push(entry);
    }
    const wait = this.lastSentAt + this.options.coalesceMs - performance.now();
    this.timer ??= setTimeout(() => void this.flush(), Math.max(0, wait));
  }

  /** Resolves when everything added before is in the log, or nothing can be written any more. */
  async flush(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    const goal = this.entries.length;
    while (this.acknowledged < goal && !this.stopped) {
      this.writing ??= this.append().finally(() => (this.writing = undefined));
      await this.writing;
    }
  }

  /** Compares the log with what was written to it, appends again what it lost, and learns of a cancel. */
  async verify(): Promise<void> {
    this.writing ??= this.append().finally(() => (this.writing = undefined));
    await this.writing;
    await this.flush();
  }

  /** What is added from now on, or waits, is not written. */
  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  private async append(): Promise<void> {
    const batch = this.entries.slice(this.acknowledged, this.acknowledged + BATCH);
    this.sent = Math.max(this.sent, this.acknowledged + batch.length);
    this.lastSentAt = performance.now();
    try {
      const { appended, length, marked } = await outlast(() =>
        this.log.append(this.acknowledged, batch, this.options.lifetime()),
      );
      if (appended) this.acknowledged = length;
      else await outlast(() => this.reconcile(length));
      if (!this.stopped) this.options.onHeld(this.entries, this.acknowledged);
      if (marked) this.options.onMarked();
    } catch (error) {
      if (this.stopped) return;
      this.stop();
      this.options.onStopped(error);
    }
  }

  /** Finds out why the log has another length than the one this writer left it with. */
  private async reconcile(length: number): Promise<void> {
    const common = Math.min(length, this.acknowledged);
    const unknown = await this.log.read(common, BATCH);
    const isOwn = unknown.every(
      (event) =>
        JSON.stringify(event) ===
        JSON.stringify({ ...this.entries[event.seq - 1], seq: event.seq }),
    );
    if (!(await this.options.holds())) throw new Superseded();
    // An append whose answer was lost may have been done; a log that failed over is shorter.
    if (!isOwn) throw new Overtaken();
    this.acknowledged = common + unknown.length;
  }
}

type Token = Extract<ReplyEntry, { event: 'token' }>;

const canJoin = (one: Token, other: Token): boolean =>
  one.text.length + other.text.length <= MAX_JOINED_CHARACTERS;

function join(one: Token, other: Token): Token {
  const text = one.text + other.text;
  if (!one.pending && !other.pending) return { event: 'token', text };
  return { event: 'token', text, pending: [...(one.pending ?? []), ...(other.pending ?? [])] };
}

/** Of how far one stage is, only the latest matters. */
function isSameStage(one: ReplyEntry | undefined, other: ReplyEntry): boolean {
  return one?.event === 'progress' && other.event === 'progress' && one.stage === other.stage;
}
