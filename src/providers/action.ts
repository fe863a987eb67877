import type { ProviderName } from './connection.js';
import type { Repository, RepositoryReference } from './repository.js';

export const ACTION_TYPES = ['commit', 'pull_request', 'issue', 'review', 'release'] as const;
export type ActionType = (typeof ACTION_TYPES)[number];

export const ACTION_STATES = [
  'opened',
  'merged',
  'closed',
  'approved',
  'changes_requested',
  'commented',
  'published',
] as const;
export type ActionState = (typeof ACTION_STATES)[number];

export interface Author {
  readonly login?: string;
  readonly name: string;
  readonly email?: string;
  readonly bot: boolean;
}

/** The pull request (or merge request) a commit came with. */
export interface PullRequestReference {
  readonly number: number;
  readonly title: string;
  readonly url: string;
}

/** One thing someone did. */
export interface Action {
  /** Unique across repositories and stable: `<repository id>#commit:<sha>`, `<repository id>#pull_request:<number>`. */
  readonly id: string;
  readonly provider: ProviderName;
  readonly repository: RepositoryReference;
  readonly type: ActionType;
  /** One line. */
  readonly title: string;
  /** The rest of the message or the description, at most {@link MAX_BODY_LENGTH} characters. */
  readonly body?: string;
  readonly author: Author;
  readonly coAuthors: readonly Author[];
  /** ISO 8601 in UTC. A commit's committer date; else the latest opened, merged or closed inside the window. */
  readonly timestamp: string;
  /** Where a reader sees it; for a commit of a repository without a web address its SWHID, `swh:1:rev:<sha>`. */
  readonly url: string;
  readonly sha?: string;
  /** Of a commit: it is on the default or a release branch, or a release has it. Absent where that is not known. */
  readonly merged?: boolean;
  /** Of a commit that is not merged: the branch that it is on. */
  readonly branch?: string;
  /** Of a commit: the hash of the merge that brought it to the default branch, with the rest of one piece of work. */
  readonly mergedBy?: string;
  readonly number?: number;
  readonly state?: ActionState;
  readonly labels: readonly string[];
  readonly pullRequest?: PullRequestReference;
  readonly additions?: number;
  readonly deletions?: number;
  /** A commit with more than one parent. */
  readonly merge?: boolean;
}

export const MAX_TITLE_LENGTH = 300;
export const MAX_BODY_LENGTH = 4_000;

/** Whose actions: everyone's, or those of any of these people. */
export type AuthorFilter =
  | { readonly everyone: true }
  | {
      readonly everyone: false;
      /** Also the connection's own viewer (`author=me`). A connection without a viewer then adds nobody. */
      readonly viewer: boolean;
      /** Logins and e-mail addresses, in lower case. */
      readonly names: readonly string[];
    };

/** A question for actions, the same for every provider. */
export interface ActionQuery {
  /** Only these repositories of the connection; absent: all it can read. */
  readonly repositories?: readonly Repository[];
  /** Inclusive. */
  readonly since: Date;
  /** Exclusive. */
  readonly until: Date;
  readonly authors: AuthorFilter;
  readonly types: readonly ActionType[];
  readonly includeBots: boolean;
}
