import { coAuthorsOf } from '../co-authors.js';
import { GitError, GitProcess, type RepositoryFolder } from './git.process.js';
import { readRecords } from './git.records.js';
import type { Person } from '../person.js';

/** A commit as `git log` tells it, people mapped by .mailmap (co-authors not yet), text as it came. */
export interface LogEntry {
  readonly sha: string;
  readonly parents: number;
  /** Seconds since 1970. */
  readonly committedAt: number;
  readonly author: Person;
  readonly committer: Person;
  readonly subject: string;
  readonly body: string;
  readonly coAuthors: readonly Person[];
}

export interface LogWindow {
  /** Inclusive. */
  readonly since: Date;
  /** Exclusive. */
  readonly until: Date;
}

const FIELDS = [
  '%H',
  '%P',
  '%ct',
  '%aN',
  '%aE',
  '%cN',
  '%cE',
  '%s',
  '%b',
  '%(trailers:key=Co-authored-by,valueonly,unfold,separator=%x0a)',
];
const LOG_TIMEOUT = 120_000;
/**
 * At the first commit older than --since git takes all its ancestors for older too. Clocks differ,
 * and a commit may be a little older than its parent: look back a day further and choose ourselves.
 */
const CLOCK_SKEW_SECONDS = 86_400;

/** Branches, remote branches, tags and a detached HEAD: not stashes, notes, nor a mirror's unmerged pull requests. */
export const ALL_WORK: readonly string[] = [
  'refs/stash',
  'refs/notes/*',
  'refs/original/*',
  'refs/pull/*',
  'refs/merge-requests/*',
  'refs/pull-requests/*',
]
  .map((pattern) => `--exclude=${pattern}`)
  .concat('--all');

const instant = (seconds: number): string => `@${Math.max(0, seconds)} +0000`;

/** Starts `git log` for a window of committer dates. */
export async function startLog(
  folder: RepositoryFolder,
  { since, until }: LogWindow,
  signal: AbortSignal,
): Promise<GitProcess> {
  const oldest = Math.floor(since.getTime() / 1000) - CLOCK_SKEW_SECONDS;
  const newest = Math.ceil(until.getTime() / 1000) - 1;
  const git = await GitProcess.start({
    arguments: [
      'log',
      '-z',
      '--use-mailmap',
      '--no-decorate',
      '--no-color',
      '--no-show-signature',
      '--no-patch',
      '--encoding=UTF-8',
      `--since=${instant(oldest)}`,
      `--until=${instant(newest)}`,
      `--format=tformat:${FIELDS.join('%x00')}`,
      ...ALL_WORK,
      '--end-of-options',
    ],
    folder,
    signal,
    timeout: LOG_TIMEOUT,
  });
  git.input.end();
  return git;
}

/** The commits of a running `git log` that are inside the window, in portions as git prints them. */
export async function* readLog(
  git: AsyncIterable<Buffer>,
  { since, until }: LogWindow,
): AsyncGenerator<LogEntry[], void> {
  for await (const records of readRecords(git, FIELDS.length)) {
    const entries = records.map(entryOf).filter(({ committedAt }) => {
      const instant = committedAt * 1000;
      return instant >= since.getTime() && instant < until.getTime();
    });
    if (entries.length > 0) yield entries;
  }
}

function entryOf(fields: readonly string[]): LogEntry {
  const [sha = '', parents = '', committedAt, aName = '', aEmail = '', cName = '', cEmail = ''] =
    fields;
  if (!/^[0-9a-f]{40,64}$/.test(sha)) throw new GitError('failed', 'git log lost its place');
  return {
    sha,
    parents: parents === '' ? 0 : parents.split(' ').length,
    committedAt: Number(committedAt),
    author: { name: aName, email: aEmail },
    committer: { name: cName, email: cEmail },
    subject: fields[7] ?? '',
    body: fields[8] ?? '',
    coAuthors: coAuthorsOf(fields[9] ?? ''),
  };
}
