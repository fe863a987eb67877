import { Injectable, Logger } from '@nestjs/common';
import type { ThrottlerStorage } from '@nestjs/throttler';
import { createHmac } from 'node:crypto';
import { Environment } from '../config/environment.js';
import { LocalCounts } from './local.counts.js';
import { type Count, SharedState, type StateKey } from './shared-state.js';

/** Shorter than the state's own patience: what comes after the count may have to wait for it, too. */
const PATIENCE_MS = 200;
/** During an outage the state is asked this seldom, so that requests do not wait for it in vain. */
const ASK_AGAIN_MS = 1_000;

type ThrottlerRecord = Awaited<ReturnType<ThrottlerStorage['increment']>>;

/**
 * Counts for `@nestjs/throttler` in the shared state, so that all pods have one limit. When the state
 * does not answer, or is slow to, nobody is let through for that: the limit is held by what this pod
 * has counted itself, and the log says once that it began and once that it is over.
 */
@Injectable()
export class SharedThrottlerStorage implements ThrottlerStorage {
  private readonly logger = new Logger('RateLimit');
  private readonly local = new LocalCounts();
  private countedAlone = 0;
  /** On the clock of `performance.now()`, which nobody sets back. */
  private askAgainAt = 0;

  constructor(
    private readonly state: SharedState,
    private readonly environment: Environment,
  ) {}

  /**
   * @param key Who is asking.
   * @param ttl Milliseconds of the window that begins with the first request.
   */
  async increment(
    key: string,
    ttl: number,
    limit: number,
    _blockDuration: number,
    throttlerName: string,
  ): Promise<ThrottlerRecord> {
    const { count, ttlMs } = await this.count(this.keyOf(key, throttlerName), ttl);
    const seconds = Math.max(1, Math.ceil(ttlMs / 1000));
    return {
      totalHits: count,
      timeToExpire: seconds,
      isBlocked: count > limit,
      timeToBlockExpire: seconds,
    };
  }

  private async count(key: StateKey, ttl: number): Promise<Count> {
    const local = this.local.increment(`${key.scope} ${key.name}`, ttl);
    if (performance.now() < this.askAgainAt) {
      this.countedAlone += 1;
      return local;
    }
    try {
      const count = await inTime(this.state.increment(key, 1, ttl));
      this.endOutage();
      return count;
    } catch (error) {
      this.beginOutage(error);
      return local;
    }
  }

  /** Names the client to nobody who reads the store: callers without a session are known by their address. */
  private keyOf(caller: string, throttlerName: string): StateKey {
    const [secret = ''] = this.environment.JWT_SECRET_KEY;
    const hash = createHmac('sha256', secret).update(`git-recap/caller ${caller}`);
    return { scope: `caller:${hash.digest('base64url')}`, name: `requests-${throttlerName}` };
  }

  private beginOutage(error: unknown): void {
    if (this.countedAlone === 0) {
      this.logger.error(
        { err: error },
        'Requests cannot be counted for all pods together: each holds the limit by its own count.',
      );
    }
    this.countedAlone += 1;
    this.askAgainAt = performance.now() + ASK_AGAIN_MS;
  }

  private endOutage(): void {
    if (this.countedAlone === 0) return;
    const requests = String(this.countedAlone);
    this.logger.log(`Requests are counted together again; ${requests} were counted here alone.`);
    this.countedAlone = 0;
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
