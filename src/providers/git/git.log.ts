import { coAuthorsOf } from '../co-authors.js';
import type { Person } from '../person.js';
import { GitError, GitProcess, type RepositoryFolder } from './git.process.js';
import { readRecords } from './git.records.js';
import { GitObjects } from './history/git.objects.js';
import type { PlacedCommit, PlacedCommits } from './history/placed-commits.js';
import { ObjectHeader, type Signature } from './history/object-header.js';

/** A commit as `git log` tells it, people mapped by .mailmap (co-authors not yet), text as it came. */
export interface LogEntry extends Omit<PlacedCommit, 'committedAt'> {
  /** Seconds since 1970. */
  readonly committedAt: number;
  /** Seconds since 1970, as they stand there; empty where git cannot read them. */
  readonly authoredAt: string;
  readonly author: Person;
  /** The author as the commit itself has it. */
  readonly writtenBy: Person;
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
  '%ct',
  '%at',
  '%aN',
  '%aE',
  '%cN',
  '%cE',
  '%s',
  '%b',
  '%(trailers:key=Co-authored-by,valueonly,unfold,separator=%x0a)',
  '%an',
  '%ae',
];
const LOG_TIMEOUT = 120_000;
/** git keeps the messages of all commits that it is asked for at once. */
const COMMITS_A_RUN = 5_000;

/** The commits of a window, in portions as git prints them, in the order in which they are given. */
export async function* readLog(
  folder: RepositoryFolder,
  commits: PlacedCommits,
  window: LogWindow,
  signal: AbortSignal,
): AsyncGenerator<LogEntry[], void> {
  const objects = new GitObjects(folder, signal);
  try {
    for (let start = 0; start < commits.length; start += COMMITS_A_RUN) {
      const git = await startLog(folder, commits.hashes(start, start + COMMITS_A_RUN), signal);
      let next = start;
      for await (const records of readRecords(git, FIELDS.length)) {
        const entries: LogEntry[] = [];
        for (const fields of records) {
          let placed = commits.at(next);
          // git passes over what it cannot read.
          while (placed && placed.sha !== fields[0]) placed = commits.at((next += 1));
          if (!placed) throw new GitError('failed', 'git log lost its place');
          next += 1;
          const entry = entryOf(fields, placed);
          const whole = needsHeader(fields) ? await mended(entry, objects) : entry;
          if (isWithin(window, whole.committedAt)) entries.push(whole);
        }
        if (entries.length > 0) yield entries;
      }
    }
  } finally {
    await objects.close();
  }
}

async function startLog(
  folder: RepositoryFolder,
  hashes: readonly string[],
  signal: AbortSignal,
): Promise<GitProcess> {
  const git = await GitProcess.start({
    arguments: [
      'log',
      '-z',
      '--no-walk=unsorted',
      '--stdin',
      '--use-mailmap',
      '--no-decorate',
      '--no-color',
      '--no-show-signature',
      '--no-patch',
      '--encoding=UTF-8',
      `--format=tformat:${FIELDS.join('%x00')}`,
    ],
    folder,
    signal,
    timeout: LOG_TIMEOUT,
  });
  git.input.end(`${hashes.join('\n')}\n`);
  return git;
}

/** Each field by its name: what is spread into an object costs four times the memory. */
function entryOf(fields: readonly string[], placed: PlacedCommit): LogEntry {
  const [, committedAt, authoredAt = '', aName = '', aEmail = '', cName = '', cEmail = ''] = fields;
  return {
    sha: placed.sha,
    parents: placed.parents,
    merged: placed.merged,
    branch: placed.branch,
    mergedBy: placed.mergedBy,
    committedAt: committedAt ? Number(committedAt) : (placed.committedAt ?? NaN),
    authoredAt,
    author: { name: aName, email: aEmail },
    committer: { name: cName, email: cEmail },
    subject: fields[7] ?? '',
    body: fields[8] ?? '',
    coAuthors: coAuthorsOf(fields[9] ?? ''),
    writtenBy: { name: fields[10] ?? '', email: fields[11] ?? '' },
  };
}

/** git leaves a date that it cannot read empty, and the format's own letters where it finds nobody. */
const needsHeader = ([, committedAt, , ...people]: readonly string[]): boolean =>
  committedAt === '' || people.slice(0, 4).some((text, index) => text === FIELDS[3 + index]);

/** What git could not make sense of, read as leniently as it was written. */
async function mended(entry: LogEntry, objects: GitObjects): Promise<LogEntry> {
  const object = await objects.read(entry.sha);
  if (!object) return entry;
  const header = new ObjectHeader(object);
  const [author, committer] = [header.signature('author'), header.signature('committer')];
  return {
    ...entry,
    committedAt: (Number.isNaN(entry.committedAt) ? committer?.seconds : entry.committedAt) ?? NaN,
    author: found(entry.author, author),
    committer: found(entry.committer, committer),
  };
}

const found = (told: Person, signature: Signature | undefined): Person =>
  told.name.startsWith('%') ? (signature?.person ?? { name: '', email: '' }) : told;

function isWithin({ since, until }: LogWindow, seconds: number): boolean {
  const instant = seconds * 1000;
  return instant >= since.getTime() && instant < until.getTime();
}
