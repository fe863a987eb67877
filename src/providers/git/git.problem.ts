import { DomainError } from '../../errors/domain.error.js';
import { GitError } from './git.process.js';

/** What a user is told when no turn came to read a repository. */
export const BUSY = 'The server reads many repositories at the moment; try again in a minute.';

/** What a user is told when git could not reach or read a repository; anything but a GitError stays as it is. */
export function gitProblem(error: unknown, name: string): unknown {
  if (!(error instanceof GitError)) return error;
  const cause = error;
  switch (error.reason) {
    case 'timeout':
      return new DomainError('provider_timeout', `${name} did not answer in time.`, { cause });
    case 'busy':
      return new DomainError('provider_timeout', BUSY, { cause });
    case 'memory':
    case 'processes':
      return new DomainError(
        'repository_too_large',
        `Reading ${name} takes more memory or processes than git may use here.`,
        { cause },
      );
    case 'missing':
      return new DomainError('provider_failed', 'The git program cannot be run on this server.', {
        cause,
      });
    case 'failed':
      return new DomainError(
        'repository_not_found',
        `There is no git repository to be read at ${name}: it does not exist, asks for a sign-in, has moved more than once, or its host cannot be reached.`,
        { cause },
      );
  }
}
