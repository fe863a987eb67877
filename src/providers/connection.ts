export const PROVIDERS = ['github', 'gitlab', 'azure-devops', 'git'] as const;
export type ProviderName = (typeof PROVIDERS)[number];

/** As people know them, for what they read; elsewhere a provider is called by its {@link ProviderName}. */
export const PROVIDER_TITLES: Readonly<Record<ProviderName, string>> = {
  github: 'GitHub',
  gitlab: 'GitLab',
  'azure-devops': 'Azure DevOps',
  git: 'Git',
};

/** The person a credential belongs to, as the provider tells it. */
export interface Viewer {
  /** The provider's own stable identifier. */
  readonly id: string;
  readonly login: string;
  readonly name?: string;
  /** Every address known to be this person's, noreply forms included, in lower case. */
  readonly emails: readonly string[];
  readonly url?: string;
}

/** A provider, where it stands, and the credential and person one reads it as. Part of a session. */
export interface Connection {
  /** Unique in its session, stable, shown to clients; says nothing of the credential. */
  readonly id: string;
  readonly provider: ProviderName;
  /** github, gitlab, azure-devops: the API's base URL; git: the repository's https URL or `path:<relative path>`. */
  readonly baseUrl: string;
  /** A name for people, such as `octocat at github.com`. */
  readonly label: string;
  /** The secret. Absent for a git repository, which is read without an account. */
  readonly token?: string;
  /** Azure DevOps: the organisation or collection. */
  readonly organization?: string;
  /** Absent where there is nobody: a git repository. */
  readonly viewer?: Viewer;
  /** What the credential was granted, where the provider tells. */
  readonly scopes?: readonly string[];
  /** When the credential ends (ISO 8601), where the provider tells. */
  readonly credentialExpiresAt?: string;
  /** Whose session it is of: what is scarce is shared out by it. Not shown. */
  readonly client?: string;
}

/** A wish to connect, not yet checked. */
export interface ConnectionRequest {
  readonly provider: ProviderName;
  readonly token?: string;
  /** The server's web or API address, for self-hosted providers; git: the https URL of the repository. */
  readonly baseUrl?: string;
  readonly organization?: string;
  /** git: a path relative to GIT_ROOT. */
  readonly path?: string;
  /** Who wishes it: what is scarce is shared out by it. */
  readonly client?: string;
}
