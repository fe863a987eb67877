import { Injectable } from '@nestjs/common';
import { Environment } from '../config/environment.js';
import { SharedThrottlerStorage } from '../state/throttler.storage.js';
import { rateLimited } from './rate-limited.js';
import { SERVICE_LIMIT, WINDOW_MS } from './throttle.options.js';

/** The limit of a session for what is no HTTP request to a route: the same count as the guard's. */
@Injectable()
export class SessionLimit {
  constructor(
    private readonly storage: SharedThrottlerStorage,
    private readonly environment: Environment,
  ) {}

  /** @throws DomainError `rate_limited` when the session has used up its minute. */
  async count(sessionId: string): Promise<void> {
    const limit = this.environment.RATE_LIMIT_PER_MINUTE;
    const { isBlocked, timeToBlockExpire } = await this.storage.increment(
      sessionId,
      WINDOW_MS,
      limit,
      WINDOW_MS,
      SERVICE_LIMIT,
    );
    if (isBlocked) throw rateLimited(limit, timeToBlockExpire);
  }
}
