import { DomainError } from '../errors/domain.error.js';

/**
 * What asking too often is answered with.
 * @param limit Requests or messages a minute.
 * @param waitSeconds Until they are counted from zero again.
 */
export function rateLimited(limit: number, waitSeconds: number): DomainError {
  return new DomainError('rate_limited', `More than ${limit} requests or messages in a minute.`, {
    retryAt: new Date(Date.now() + waitSeconds * 1000),
  });
}
