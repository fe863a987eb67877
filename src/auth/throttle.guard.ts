import { type ExecutionContext, Injectable } from '@nestjs/common';
import { ThrottlerGuard, type ThrottlerLimitDetail } from '@nestjs/throttler';
import { rateLimited } from './rate-limited.js';
import { SIGN_IN_LIMIT } from './throttle.options.js';

/**
 * Holds every HTTP request against the limits, before anything is asked of the state or a provider.
 * Messages of sockets are counted where they arrive, also those that no handler understands.
 */
@Injectable()
export class ThrottleGuard extends ThrottlerGuard {
  protected override headerPrefix = 'RateLimit';

  protected override async shouldSkip(context: ExecutionContext): Promise<boolean> {
    return context.getType() !== 'http';
  }

  /** On a route with two limits the headers tell of the stricter, under the same names. */
  protected override setResponseHeader(
    response: Record<string, unknown>,
    name: string,
    value: string | number,
  ): void {
    super.setResponseHeader(response, name.replace(`-${SIGN_IN_LIMIT}`, ''), value);
  }

  protected override async throwThrottlingException(
    context: ExecutionContext,
    { limit, timeToExpire }: ThrottlerLimitDetail,
  ): Promise<void> {
    const response = context.switchToHttp().getResponse<Record<string, unknown>>();
    this.setResponseHeader(response, `${this.headerPrefix}-Limit`, limit);
    this.setResponseHeader(response, `${this.headerPrefix}-Remaining`, 0);
    this.setResponseHeader(response, `${this.headerPrefix}-Reset`, timeToExpire);
    throw rateLimited(limit, timeToExpire);
  }
}
