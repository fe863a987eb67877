import { DomainError } from '../../errors/domain.error.js';
import { GitError } from './git.process.js';

/** What a user is told when no turn came to read a repository. */
const BUSY = 'The server reads many repositories at the moment; try again in a minute.';

/** What git says when it gives up on a repository, and what that means. */
const FAILURES: readonly [RegExp, string][] = [
  [
    /unknown repository extension|Expected git repo version|v1-only extension/,
    'Its format is one that only a newer git than the one here knows.',
  ],
  [/Permission denied/, 'Some of its files may not be read by this server.'],
  [/bad (?:boolean |numeric )?config/, 'Its configuration is damaged.'],
  [/not a git repository/, 'It is damaged: git does not take it for a repository.'],
  [
    /corrupt|bad object|(?:is|are) (?:empty|missing)|missing \w+ object|unable to read|could not read|inflate/i,
    'It is damaged: objects are missing or cannot be read (git fsck names them).',
  ],
];

/** Why git gave up, by its own words; undefined where these tell nothing. What a host says counts as nothing. */
function failureOf({ diagnostics }: GitError): string | undefined {
  const own = diagnostics.replaceAll(/^remote:.*$/gm, '');
  const [, failure] = FAILURES.find(([pattern]) => pattern.test(own)) ?? [];
  const [, extension] = /extensions? found:\s*([\w.-]{1,100})/.exec(own) ?? [];
  return extension === undefined ? failure : failure?.replace('format', `format (${extension})`);
}

/** Why a repository, or a part of it, could not be read: what coverage says of it. */
export function reasonOf(error: GitError): string {
  switch (error.reason) {
    case 'busy':
      return BUSY;
    case 'timeout':
      return 'git needed more time than it has; a shorter window needs less.';
    case 'memory':
    case 'processes':
      return 'git needed more memory or processes than it may use here.';
    case 'missing':
    case 'failed':
      return failureOf(error) ?? 'git could not read all of the repository.';
  }
}

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
      return new DomainError('repository_not_found', unreadable(error, name), { cause });
  }
}

function unreadable(error: GitError, name: string): string {
  const failure = failureOf(error);
  return failure === undefined
    ? `There is no git repository to be read at ${name}: it does not exist, asks for a sign-in, has moved more than once, or its host cannot be reached.`
    : `git cannot read the repository at ${name}. ${failure}`;
}
