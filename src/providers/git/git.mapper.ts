import type { Action, Author } from '../action.js';
import type { LogEntry } from './git.log.js';
import { commitAuthor } from '../commit-author.js';
import type { GitRepository } from './git.repository.js';
import type { TagEntry } from './git.tags.js';
import type { Arrival } from './merged-branches.js';
import type { Person } from '../person.js';
import { plainLine, plainText } from '../plain-text.js';

/** A commit as an action. Its co-authors are given already mapped by .mailmap. */
export function commitAction(
  entry: LogEntry,
  coAuthors: readonly Person[],
  { pullRequest, mergedBy }: Arrival,
  { reference, address }: GitRepository,
): Action {
  const author = commitAuthor(entry.author);
  const body = plainText(entry.body);
  return {
    id: `${reference.id}#commit:${entry.sha}`,
    provider: 'git',
    repository: reference,
    type: 'commit',
    title: plainLine(entry.subject) || entry.sha.slice(0, 12),
    ...(body !== '' && { body }),
    author,
    coAuthors: othersThan(author, coAuthors.map(commitAuthor)),
    timestamp: new Date(entry.committedAt * 1000).toISOString(),
    // ISO/IEC 18670: a commit's identifier that needs no host.
    url: address?.commitUrl(entry.sha) ?? `swh:1:rev:${entry.sha}`,
    sha: entry.sha,
    merged: entry.merged,
    ...(entry.branch !== undefined && { branch: plainLine(entry.branch) }),
    ...(mergedBy !== undefined && { mergedBy }),
    labels: [],
    ...(pullRequest && { pullRequest }),
    ...(entry.parents > 1 && { merge: true }),
  };
}

/** A tag as a release. Its tagger is given already mapped by .mailmap. */
export function releaseAction(
  tag: TagEntry,
  tagger: Person,
  { reference, address }: GitRepository,
): Action {
  const body = plainText(tag.message);
  return {
    id: `${reference.id}#release:${tag.name}`,
    provider: 'git',
    repository: reference,
    type: 'release',
    title: plainLine(tag.name),
    ...(body !== '' && { body }),
    author: commitAuthor(tagger),
    coAuthors: [],
    timestamp: new Date(tag.taggedAt * 1000).toISOString(),
    url: address?.tagUrl(tag.name) ?? swhidOf(tag),
    ...(tag.commit !== undefined && { sha: tag.commit }),
    state: 'published',
    labels: [],
  };
}

/** ISO/IEC 18670: a tag that is only a name of a commit has no identifier but the commit's. */
const swhidOf = ({ object, commit }: TagEntry): string =>
  `swh:1:${object === commit ? 'rev' : 'rel'}:${object}`;

function othersThan(author: Author, coAuthors: readonly Author[]): Author[] {
  const seen = new Set([keyOf(author)]);
  return coAuthors.filter((person) => {
    const key = keyOf(person);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

const keyOf = ({ login, email, name }: Author): string => login ?? email?.toLowerCase() ?? name;
