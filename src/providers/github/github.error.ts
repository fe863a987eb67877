import { DomainError } from '../../errors/domain.error.js';
import { GraphqlUnavailable } from './graphql.unavailable.js';

/** The status GitHub answered with, where Octokit's error comes from an answer. */
function statusOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('status' in error) || !('response' in error)) return undefined;
  return typeof error.status === 'number' ? error.status : undefined;
}

/** What went wrong with a request to GitHub, in this server's words. */
export function githubError(error: unknown): DomainError {
  if (error instanceof DomainError) return error;
  // Octokit wraps whatever `fetch` threw, and what our own throws is a DomainError already.
  if (error instanceof Error && error.cause instanceof DomainError) return error.cause;
  const cause = error;
  switch (statusOf(error)) {
    case 401:
      return new DomainError('provider_unauthorized', 'GitHub refused the token', { cause });
    case 403:
      return new DomainError('provider_forbidden', 'GitHub does not let this token read that', {
        cause,
      });
    case 404:
    case 410:
    case 451:
      return new DomainError('repository_not_found', 'GitHub does not show this to the token', {
        cause,
      });
    case 422:
      return new DomainError('invalid_request', 'GitHub does not accept the question', { cause });
    default:
      return new DomainError('provider_failed', 'GitHub refused the request', { cause });
  }
}

/** What GitHub answers; undefined where the token may not see it. */
export async function whereShown<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof DomainError && isNotShown(error)) return undefined;
    throw error;
  }
}

function isNotShown({ code }: DomainError): boolean {
  return code === 'provider_forbidden' || code === 'repository_not_found';
}

/** Whether it may go better the next time, or with a smaller question. */
export function isPassing(error: unknown): error is DomainError {
  if (!(error instanceof DomainError) || error instanceof GraphqlUnavailable) return false;
  return error.code === 'provider_failed' || error.code === 'provider_timeout';
}

/** Commits of a repository without any are refused with 409 (https://docs.github.com/rest/commits/commits). */
export function isEmptyRepository(error: unknown): boolean {
  return error instanceof DomainError && statusOf(error.cause) === 409;
}
