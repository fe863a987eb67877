import type { Action, Author } from '../action.js';
import { plainLine, plainText } from '../plain-text.js';
import type { RepositoryReference } from '../repository.js';

/** What GitHub tells of a commit, whichever way it is asked. */
export interface CommitFacts extends Pick<Action, 'timestamp' | 'url' | 'pullRequest'> {
  readonly sha: string;
  readonly message: string;
  readonly parents: number;
  readonly author: Author;
  readonly coAuthors: readonly Author[];
}

/** What GitHub tells of a release, whichever way it is asked. */
export interface ReleaseFacts extends Pick<Action, 'url' | 'author'> {
  readonly tag: string;
  readonly name?: string;
  readonly description?: string;
  readonly draft: boolean;
  /** Absent in a draft. */
  readonly publishedAt?: string;
}

export function commitAction(commit: CommitFacts, repository: RepositoryReference): Action {
  const { sha, message, timestamp, url, author, coAuthors, pullRequest, parents } = commit;
  const [subject = '', ...rest] = message.trim().split('\n');
  const body = plainText(rest.join('\n'));
  return {
    id: `${repository.id}#commit:${sha}`,
    provider: 'github',
    repository,
    type: 'commit',
    title: plainLine(subject) || sha.slice(0, 12),
    ...(body !== '' && { body }),
    author,
    coAuthors,
    timestamp,
    url,
    sha,
    labels: [],
    ...(pullRequest && { pullRequest }),
    ...(parents > 1 && { merge: true }),
  };
}

/** Undefined for a draft, which nobody has published. */
export function releaseAction(
  { tag, name = tag, description = '', draft, publishedAt, url, author }: ReleaseFacts,
  repository: RepositoryReference,
): Action | undefined {
  if (publishedAt === undefined || draft) return undefined;
  const body = plainText(description);
  return {
    id: `${repository.id}#release:${tag}`,
    provider: 'github',
    repository,
    type: 'release',
    title: plainLine(name),
    ...(body !== '' && { body }),
    author,
    coAuthors: [],
    timestamp: publishedAt,
    url,
    state: 'published',
    labels: [],
  };
}
