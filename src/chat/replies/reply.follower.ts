import { DomainError } from '../../errors/domain.error.js';
import { isLast, type ReplyEvent } from './reply.js';
import type { ReplyLog } from './reply.log.js';

const CHUNK = 64;
/** A message that says the log has grown may be lost; then it is found out by looking. */
const POLL_MS = 1_000;

/**
 * Follows a reply's log from behind number `after` to its end: what is there already, then what
 * comes. Reads only when the consumer asks for more, so a slow one costs a chunk of memory.
 * @param isAlive Whether there will ever be more: asked when nothing has come for a while.
 * @throws DomainError `session_over` when there will not; the signal's reason on abort.
 */
export async function* followReply(
  log: ReplyLog,
  after: number,
  signal: AbortSignal,
  isAlive: () => Promise<boolean>,
): AsyncGenerator<ReplyEvent, void> {
  const growth = new Growth();
  const unsubscribe = await log.onGrowth(growth.announce);
  try {
    if (await log.isOver(after)) return;
    for (let last = after; ;) {
      signal.throwIfAborted();
      growth.expect();
      const events = await log.read(last, CHUNK);
      for (const event of events) {
        yield event;
        if (isLast(event)) return;
        last = event.seq;
      }
      if (events.length > 0) continue;
      const grown = await growth.wait(POLL_MS, signal);
      if (!grown && !(await isAlive())) {
        throw new DomainError('session_over', 'This session has ended.');
      }
    }
  } finally {
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
