import type { ProviderName } from './connection.js';

/** A repository as every provider can tell it. */
export interface Repository {
  /** Unique across providers and hosts: `github:github.com/octocat/hello`, `gitlab:gitlab.com/278964`, `git:local/.`. */
  readonly id: string;
  readonly provider: ProviderName;
  readonly connectionId: string;
  /** With its owner or groups: `octocat/hello`. */
  readonly fullName: string;
  readonly name: string;
  readonly url: string;
  readonly private: boolean;
  readonly archived: boolean;
  readonly fork: boolean;
  /** Absent in an empty repository. */
  readonly defaultBranch?: string;
  /** When something was last pushed (git: the newest commit; GitLab: the last activity of any kind), ISO 8601; absent where the provider does not tell. */
  readonly pushedAt?: string;
}

/** What an action says of the repository it happened in. */
export type RepositoryReference = Pick<Repository, 'id' | 'fullName' | 'url'>;
