import { Injectable, Logger } from '@nestjs/common';
import type { ThrottlerStorage } from '@nestjs/throttler';
import { type Count, SharedState } from './shared-state.js';

/** Shorter than the state's own patience: what comes after the count may have to wait for it, too. */
const PATIENCE_MS = 200;
/** During an outage the state is asked this seldom, so that requests do not wait for it in vain. */
const ASK_AGAIN_MS = 1_000;

type ThrottlerRecord = Awaited<ReturnType<ThrottlerStorage['increment']>>;

/**
 * Counts for `@nestjs/throttler` in the shared state, so that all pods have one limit. While the
 * state does not answer everybody is let through: each of them is counted here, and the log says
 * once that it began and once how many there were.
 */
@Injectable()
export class SharedThrottlerStorage implements ThrottlerStorage {
  private readonly logger = new Logger('RateLimit');
  private uncounted = 0;
  private askAgainAt = 0;

  constructor(private readonly state: SharedState) {}

  /**
   * @param key Who is asking; a scope of the shared state.
   * @param ttl Milliseconds of the window that begins with the first request.
   */
  async increment(
    key: string,
    ttl: number,
    limit: number,
    _blockDuration: number,
    throttlerName: string,
  ): Promise<ThrottlerRecord> {
    const counted = await this.count(key, throttlerName, ttl);
    const { count, ttlMs } = counted ?? { count: 0, ttlMs: ttl };
    const seconds = Math.max(1, Math.ceil(ttlMs / 1000));
    return {
      totalHits: count,
      timeToExpire: seconds,
      isBlocked: count > limit,
      timeToBlockExpire: seconds,
    };
  }

  /** Undefined when the state does not tell. */
  private async count(scope: string, name: string, ttl: number): Promise<Count | undefined> {
    if (Date.now() < this.askAgainAt) {
      this.uncounted += 1;
      return undefined;
    }
    const key = { scope, name: `requests-${name}` };
    try {
      const count = await inTime(this.state.increment(key, 1, ttl));
      this.endOutage();
      return count;
    } catch (error) {
      this.beginOutage(error);
      return undefined;
    }
  }

  private beginOutage(error: unknown): void {
    if (this.uncounted === 0) {
      this.logger.error({ err: error }, 'Requests cannot be counted: all are let through.');
    }
    this.uncounted += 1;
    this.askAgainAt = Date.now() + ASK_AGAIN_MS;
  }

  private endOutage(): void {
    if (this.uncounted === 0) return;
    this.logger.log(`Requests are counted again; ${this.uncounted} were let through uncounted.`);
    this.uncounted = 0;
  }
}

async function inTime(counting: Promise<Count>): Promise<Count> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    const late = (): void => reject(new Error(`no count within ${PATIENCE_MS} ms`));
    timer = setTimeout(late, PATIENCE_MS);
  });
  try {
    return await Promise.race([counting, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}
