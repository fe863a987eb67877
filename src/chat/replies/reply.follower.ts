import { DomainError } from '../../errors/domain.error.js';
import { isLast, type ReplyEvent } from './reply.js';
import type { ReplyLog } from './reply.log.js';

const CHUNK = 64;
/**
 * A message that says the log has grown may be lost; then it is found out by looking. Also what tells
 * a request that waits for a reply within a second that the state is away.
 */
const POLL_MS = 750;

/** What a follower needs to know beside the log. */
export interface Vigil {
  /** Up to `limit` events that the log holds after number `after`, where this pod writes them. */
  readOwn(after: number, limit: number): ReplyEvent[] | undefined;
  /** Calls back when there are more of these. @returns what ends that. */
  onOwnGrowth(listener: () => void): () => void;
  /** Whether the session still is. */
  isAlive(): Promise<boolean>;
  /** Sees to it that somebody writes the reply. @returns the other pod that does. */
  tend(seen: number): Promise<string | undefined>;
  /** Calls back when the other pod dies. @returns what ends that. */
  onDeath(podId: string, listener: () => void): () => void;
}

/**
 * Follows a reply's log from behind number `after` to its end: what is there already, then what
 * comes. Reads only when the consumer asks for more, so a slow one costs a chunk of memory.
 * @throws DomainError `session_over` or `reply_lost` when there will be no more; the signal's reason on abort.
 */
export async function* followReply(
  log: ReplyLog,
  after: number,
  signal: AbortSignal,
  vigil: Vigil,
): AsyncGenerator<ReplyEvent, void> {
  const growth = new Growth();
  const unsubscribe = await log.onGrowth(growth.announce);
  const unlisten = vigil.onOwnGrowth(growth.announce);
  let unwatch = (): void => undefined;
  try {
    if (await log.isOver(after)) return;
    for (let last = after, tended = false; ;) {
      signal.throwIfAborted();
      growth.expect();
      const events = vigil.readOwn(last, CHUNK) ?? (await log.read(last, CHUNK));
      for (const event of events) {
        yield event;
        if (isLast(event)) return;
        last = event.seq;
      }
      if (events.length > 0) continue;
      if (!tended) {
        unwatch();
        const other = await vigil.tend(last);
        if (other !== undefined) unwatch = vigil.onDeath(other, growth.wakeUp);
        tended = true;
      }
      if (await growth.wait(POLL_MS, signal)) continue;
      tended = false;
      if (!(await vigil.isAlive())) {
        throw new DomainError('session_over', 'This session has ended.');
      }
    }
  } finally {
    unwatch();
    unlisten();
    await unsubscribe();
  }
}

/** Remembers an announcement that comes between looking at the log and waiting for it to grow. */
class Growth {
  private announced = false;
  private wake: () => void = () => undefined;

  readonly announce = (): void => {
    this.announced = true;
    this.wake();
  };

  /** Ends the waiting without an announcement. */
  readonly wakeUp = (): void => {
    this.wake();
  };

  expect(): void {
    this.announced = false;
  }

  /** Resolves at an announcement, on abort, or after `ms`; says whether there was an announcement. */
  async wait(ms: number, signal: AbortSignal): Promise<boolean> {
    if (this.announced || signal.aborted) return this.announced;
    await new Promise<void>((resolve) => {
      const finish = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', finish);
        resolve();
      };
      const timer = setTimeout(finish, ms);
      signal.addEventListener('abort', finish);
      this.wake = finish;
    });
    return this.announced;
  }
}
