import type { Person } from '../../person.js';
import type { GitObjects } from './git.objects.js';
import { ObjectHeader } from './object-header.js';

/** What stands behind a tag that is not simply another name of a commit. */
export interface TagObject {
  /** The commit at the end, through tags of tags; absent where there is none: it may be a file. */
  readonly commit?: string;
  /** Seconds since 1970; absent where nobody made a tag of its own, but gave a name to a file or folder. */
  readonly taggedAt?: number;
}

export interface TagMessage {
  readonly tagger: Person;
  readonly message: string;
}

const MAX_TAGS_OF_TAGS = 10;
const NAMED_FURTHER = ['commit', 'tag'];

/**
 * Undefined where it, or the commit or tag that it names, is missing, or where it is no tag: a commit
 * that git gave up on.
 */
export async function readTag(objects: GitObjects, hash: string): Promise<TagObject | undefined> {
  let taggedAt: number | undefined;
  let next = hash;
  for (let depth = 0; depth < MAX_TAGS_OF_TAGS; depth += 1) {
    const object = await objects.read(next);
    if (!object) return undefined;
    if (object.type === 'commit') {
      if (next === hash) return undefined;
      return { commit: next, ...(taggedAt !== undefined && { taggedAt }) };
    }
    if (object.type !== 'tag') break;
    const header = new ObjectHeader(object);
    taggedAt ??= header.signature('tagger')?.seconds;
    // What it names need not be here: a folder or a file has nothing to tell.
    if (!NAMED_FURTHER.includes(header.field('type') ?? '')) break;
    next = header.field('object') ?? '';
  }
  return taggedAt === undefined ? {} : { taggedAt };
}

/** Who made it, and what they said. */
export async function readTagMessage(
  objects: GitObjects,
  hash: string,
): Promise<TagMessage | undefined> {
  const object = await objects.read(hash);
  if (object?.type !== 'tag') return undefined;
  const header = new ObjectHeader(object);
  const tagger = header.signature('tagger')?.person ?? { name: '', email: '' };
  return { tagger, message: header.message };
}

/** Who wrote a commit: for a tag that is only its name, whoever made the version. */
export async function readAuthor(objects: GitObjects, commit: string): Promise<Person> {
  const object = await objects.read(commit);
  const signature = object && new ObjectHeader(object).signature('author');
  return signature?.person ?? { name: '', email: '' };
}
