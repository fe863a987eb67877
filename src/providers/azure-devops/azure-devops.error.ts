import { DomainError } from '../../errors/domain.error.js';

/** What is wrong with an answer, in this server's words; undefined where nothing is. */
export function problemOf({ status, headers }: Response): DomainError | undefined {
  if (status === 404 || status === 410) {
    const detail = 'Azure DevOps does not show this to the token';
    return new DomainError('repository_not_found', detail);
  }
  if (status === 403) {
    const detail = 'Azure DevOps does not let this token read that';
    return new DomainError('provider_forbidden', detail);
  }
  if (status === 401 || isSignIn(status, headers)) {
    return new DomainError('provider_unauthorized', 'Azure DevOps refused the token');
  }
  if (status === 400) {
    return new DomainError('invalid_request', 'Azure DevOps does not accept the question');
  }
  if (status < 200 || status > 299) {
    return new DomainError('provider_failed', 'Azure DevOps refused the request');
  }
  return undefined;
}

/**
 * Where a token is expired or of another organisation the answer is a page to sign in with, or the
 * way to it, as for a browser (https://learn.microsoft.com/azure/devops/integrate/how-to/call-rest-api).
 */
function isSignIn(status: number, headers: Headers): boolean {
  return status === 203 || status === 302 || isPage(status, headers);
}

function isPage(status: number, headers: Headers): boolean {
  return status === 200 && headers.get('content-type')?.startsWith('text/html') === true;
}
