import { Injectable } from '@nestjs/common';
import { Environment } from '../config/environment.js';
import { SharedThrottlerStorage } from '../state/throttler.storage.js';
import { rateLimited } from './rate-limited.js';
import { SERVICE_LIMIT, WINDOW_MS } from './throttle.options.js';

/** The limit of a caller for what is no HTTP request to a route: the same count as the guard's. */
@Injectable()
export class CallerLimit {
  constructor(
    private readonly storage: SharedThrottlerStorage,
    private readonly environment: Environment,
  ) {}

  /**
   * @param caller The session, or the address of a client that has none.
   * @throws DomainError `rate_limited` when the caller has used up its minute.
   */
  async count(caller: string): Promise<void> {
    const limit = this.environment.RATE_LIMIT_PER_MINUTE;
    const { isBlocked, timeToBlockExpire } = await this.storage.increment(
      caller,
      WINDOW_MS,
      limit,
      WINDOW_MS,
      SERVICE_LIMIT,
    );
    if (isBlocked) throw rateLimited(limit, timeToBlockExpire);
  }
}
