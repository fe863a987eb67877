/** What there is at an emulated provider. Instants are ISO 8601 in UTC, in whole seconds. */
export interface World {
  /** The login of the token's holder. */
  readonly viewer: string;
  readonly people: readonly WorldPerson[];
  readonly repositories: readonly WorldRepository[];
}

export interface WorldPerson {
  readonly id: number;
  readonly login: string;
  readonly name: string;
  /** Confirmed with the provider; private unless public elsewhere. */
  readonly emails: readonly string[];
  readonly bot: boolean;
}

export interface WorldSignature {
  readonly name: string;
  readonly email: string;
}

export interface WorldRepository {
  readonly owner: string;
  readonly name: string;
  readonly private: boolean;
  readonly archived: boolean;
  readonly fork: boolean;
  /** Listed, but gone by the time one asks for its commits. */
  readonly vanished: boolean;
  /** The whole name it had before it was renamed, by which it can still be asked for. */
  readonly formerly?: string;
  /** What it does without, where that can be: at GitLab. */
  readonly turnedOff?: readonly 'release'[];
  readonly pushedAt: string;
  /** Newest first. */
  readonly commits: readonly WorldCommit[];
  readonly conversations: readonly WorldConversation[];
  readonly releases: readonly WorldRelease[];
}

export interface WorldCommit {
  readonly sha: string;
  readonly message: string;
  readonly author: WorldSignature;
  readonly coAuthors: readonly WorldSignature[];
  readonly committedAt: string;
  readonly parents: number;
  /** The number of the merged pull request it came with. */
  readonly pullRequest?: number;
}

export interface WorldConversation {
  readonly number: number;
  readonly type: 'pull_request' | 'issue';
  readonly title: string;
  /** A login. */
  readonly author: string;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly closedAt?: string;
  readonly mergedAt?: string;
  readonly reviews: readonly WorldReview[];
}

export interface WorldReview {
  readonly id: string;
  /** A login. */
  readonly author: string;
  readonly state: 'APPROVED' | 'CHANGES_REQUESTED' | 'COMMENTED';
  readonly submittedAt: string;
}

export interface WorldRelease {
  readonly tag: string;
  /** A login. */
  readonly author: string;
  readonly createdAt: string;
  readonly publishedAt?: string;
}

export function isCalled(repository: WorldRepository, fullName: string): boolean {
  const names = [fullNameOf(repository), repository.formerly ?? ''];
  return names.some((name) => name.toLowerCase() === fullName.toLowerCase());
}

export const fullNameOf = ({ owner, name }: WorldRepository): string => `${owner}/${name}`;

/** GitHub's own, which its people also use elsewhere. */
const noreplyOf = ({ id, login }: WorldPerson): string =>
  `${String(id)}+${login}@users.noreply.github.com`;

/** Every address that is known to be this person's. */
export const addressesOf = (person: WorldPerson): string[] => [
  ...person.emails,
  noreplyOf(person),
  `${person.login}@users.noreply.github.com`,
];

export function personByEmail(world: World, email: string): WorldPerson | undefined {
  return world.people.find((person) => addressesOf(person).includes(email));
}

export function personByLogin(world: World, login: string): WorldPerson {
  const person = world.people.find((one) => one.login.toLowerCase() === login.toLowerCase());
  if (!person) throw new Error(`nobody in this world is called ${login}`);
  return person;
}
