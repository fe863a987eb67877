import { DomainError } from '../../errors/domain.error.js';

/** What GitLab means by a status below 500, in this server's words. */
export function gitlabError(status: number): DomainError {
  switch (status) {
    case 401:
      return new DomainError('provider_unauthorized', 'GitLab refused the token');
    case 403:
      return new DomainError('provider_forbidden', 'GitLab does not let this token read that');
    case 404:
    case 410:
      return new DomainError('repository_not_found', 'GitLab does not show this to the token');
    default:
      return new DomainError('provider_failed', `GitLab answered ${status}`);
  }
}
