import { GitProcess, type RepositoryFolder } from './git.process.js';
import { readRecords } from './git.records.js';
import type { LogWindow } from './git.log.js';
import type { Person } from '../person.js';

/** An annotated tag, text as it came, the tagger not yet mapped by .mailmap. */
export interface TagEntry {
  readonly name: string;
  /** The tag object's own hash. */
  readonly object: string;
  /** The hash of what is tagged. */
  readonly commit: string;
  /** Seconds since 1970. */
  readonly taggedAt: number;
  readonly tagger: Person;
  readonly message: string;
}

const FIELDS = [
  '%(refname:lstrip=2)',
  '%(objectname)',
  '%(*objectname)',
  '%(taggerdate:unix)',
  '%(taggername)',
  '%(taggeremail:trim)',
  '%(contents:subject)%0a%0a%(contents:body)',
];
const TAGS_TIMEOUT = 60_000;

/** Starts listing tags, newest first. git says of annotated tags that they are "meant for release". */
export async function startTags(
  folder: RepositoryFolder,
  signal: AbortSignal,
): Promise<GitProcess> {
  const git = await GitProcess.start({
    arguments: [
      'for-each-ref',
      '--sort=-taggerdate',
      `--format=${FIELDS.join('%00')}%00`,
      'refs/tags',
    ],
    folder,
    signal,
    timeout: TAGS_TIMEOUT,
  });
  git.input.end();
  return git;
}

/** The annotated tags made inside the window. A lightweight tag has no date of its own and is none. */
export async function* readTags(
  git: AsyncIterable<Buffer>,
  { since, until }: LogWindow,
): AsyncGenerator<TagEntry[], void> {
  for await (const records of readRecords(git, FIELDS.length)) {
    const tags = records.map(entryOf).filter(({ taggedAt }) => {
      const instant = taggedAt * 1000;
      return instant >= since.getTime() && instant < until.getTime();
    });
    if (tags.length > 0) yield tags;
  }
}

function entryOf(fields: readonly string[]): TagEntry {
  const [name = '', object = '', commit = '', taggedAt = '', tagger = '', email = ''] = fields;
  return {
    // for-each-ref ends a record with a line break of its own, before the next one's name.
    name: name.trimStart(),
    object,
    commit,
    taggedAt: taggedAt === '' ? NaN : Number(taggedAt),
    tagger: { name: tagger, email },
    message: fields[6] ?? '',
  };
}
