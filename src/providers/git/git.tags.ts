import type { Person } from '../person.js';
import type { LogWindow } from './git.log.js';
import type { RepositoryFolder } from './git.process.js';
import { GitObjects } from './history/git.objects.js';
import type { History } from './history/history.js';
import type { ReleaseTag } from './history/release-tags.js';
import { readAuthor, readTagMessage } from './history/tag-object.js';

/** A tag that is a release, text as it came, the tagger not yet mapped by .mailmap. */
export interface TagEntry {
  readonly name: string;
  /** The tag object's own hash, or the commit's that it is only a name of. */
  readonly object: string;
  /** The hash of the commit that is tagged; absent where it is none. */
  readonly commit?: string;
  /** Seconds since 1970. */
  readonly taggedAt: number;
  readonly tagger: Person;
  readonly message: string;
}

const TAGS_AT_ONCE = 200;

/**
 * The releases of the window, newest first. A tag with a message says itself when it was made and by
 * whom; one that is only a name counts as made with its commit.
 */
export async function* readTags(
  folder: RepositoryFolder,
  history: History,
  { since, until }: LogWindow,
  signal: AbortSignal,
): AsyncGenerator<TagEntry[], void> {
  const dated = history
    .releases()
    .map((tag) => ({ ...tag, taggedAt: tag.taggedAt ?? history.dateOf(tag.commit) ?? NaN }))
    .filter(({ taggedAt }) => {
      const instant = taggedAt * 1000;
      return instant >= since.getTime() && instant < until.getTime();
    })
    .sort((one, other) => other.taggedAt - one.taggedAt);
  const objects = new GitObjects(folder, signal);
  try {
    for (let start = 0; start < dated.length; start += TAGS_AT_ONCE) {
      const entries: TagEntry[] = [];
      for (const tag of dated.slice(start, start + TAGS_AT_ONCE)) {
        entries.push({ ...tag, ...(await saidBy(objects, tag)) });
      }
      yield entries;
    }
  } finally {
    await objects.close();
  }
}

async function saidBy(
  objects: GitObjects,
  { object, commit }: ReleaseTag,
): Promise<Pick<TagEntry, 'tagger' | 'message'>> {
  const told = object === commit ? undefined : await readTagMessage(objects, object);
  return told ?? { tagger: await readAuthor(objects, object), message: '' };
}
