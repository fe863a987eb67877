import { createHash } from 'node:crypto';
import {
  addressesOf,
  type World,
  type WorldCommit,
  type WorldConversation,
  type WorldPerson,
  type WorldRelease,
  type WorldRepository,
} from './world.js';

export interface WorldSize {
  readonly seed?: number;
  readonly repositories?: number;
  /** How many people, organisations or projects the repositories are of. */
  readonly owners?: number;
  /** How many of them were pushed to in the last days; the others a year ago. */
  readonly active?: number;
  readonly commits?: number;
  readonly conversations?: number;
  readonly releases?: number;
}

/** When every seeded world is looked at. */
export const WORLD_NOW = Date.parse('2025-06-30T12:00:00Z');
/** How far back the work in active repositories goes. */
export const WORLD_DAYS = 20;

const DAY = 86_400;
const PEOPLE: readonly WorldPerson[] = [
  person(1, 'octocat', 'Mona Lisa', ['mona@example.com', 'mona@private.example']),
  person(2, 'Hubot', 'Hugh Bott', ['hugh@example.com']),
  person(3, 'defunkt', 'Chris', ['chris@example.com']),
  person(4, 'dependabot[bot]', 'dependabot[bot]', [], true),
];

/** The same world for the same seed and size: people, a bot, an empty repository, squashes, co-authors. */
export function seededWorld(size: WorldSize = {}): World {
  const { repositories = 6, active = repositories - 1 } = size;
  const random = randomOf(size.seed ?? 1);
  return {
    viewer: 'octocat',
    people: PEOPLE,
    repositories: Array.from({ length: repositories }, (_, index) =>
      index < active ? activeRepository(index, random, size) : quietRepository(index, size),
    ),
  };
}

function activeRepository(index: number, random: Random, size: WorldSize): WorldRepository {
  const { commits = 12, conversations = 8, releases = 3 } = size;
  const talks = times(conversations, (number) => conversation(index, number + 1, random));
  const history = times(commits, (number) => commit(index, number, talks, random));
  return {
    ...quietRepository(index, size),
    pushedAt: instant(60),
    commits: history.sort((one, other) => other.committedAt.localeCompare(one.committedAt)),
    conversations: talks,
    releases: times(releases, (number) => release(number, random)),
  };
}

/** The last of a world is empty; the others were committed to a year ago. */
function quietRepository(
  index: number,
  { owners = 2, repositories = 6 }: WorldSize,
): WorldRepository {
  return {
    owner: ownerOf(index % owners),
    name: `Repository-${String(index)}`,
    private: index % 3 === 0,
    archived: false,
    fork: index % 5 === 4,
    vanished: false,
    pushedAt: instant(365 * DAY),
    commits: index === repositories - 1 ? [] : [firstCommit(index)],
    conversations: [],
    releases: [],
  };
}

function firstCommit(repository: number): WorldCommit {
  const { name, emails } = PEOPLE[repository % 3]!;
  return {
    sha: shaOf(repository, 'first'),
    message: 'Begin',
    author: { name, email: emails[0]! },
    coAuthors: [],
    committedAt: instant(365 * DAY),
    parents: 0,
  };
}

function shaOf(repository: number, commit: number | string): string {
  return createHash('sha1').update(`${repository}/${commit}`).digest('hex');
}

function ownerOf(number: number): string {
  if (number === 0) return 'octocat';
  return number === 1 ? 'octo-org' : `octo-org-${String(number)}`;
}

function commit(
  repository: number,
  number: number,
  talks: readonly WorldConversation[],
  random: Random,
): WorldCommit {
  const author = pick(PEOPLE, random);
  const helper = pick(PEOPLE, random);
  const pull = talks.find(({ mergedAt, type }) => mergedAt && type === 'pull_request');
  const squashed = number % 3 === 0 && pull !== undefined;
  return {
    sha: shaOf(repository, number),
    message: `Change ${String(number)}${squashed ? ` (#${String(pull.number)})` : ''}\n\nBecause.`,
    author: { name: author.name, email: pick(addressesOf(author), random) },
    coAuthors:
      helper === author || number % 4 !== 0
        ? []
        : [{ name: helper.name, email: pick(addressesOf(helper), random) }],
    committedAt: someTime(random),
    parents: number % 7 === 0 ? 2 : 1,
    ...(squashed && { pullRequest: pull.number }),
  };
}

function conversation(repository: number, number: number, random: Random): WorldConversation {
  const type = number % 2 === 0 ? 'issue' : 'pull_request';
  const [createdAt = '', reviewedAt = '', closedAt = ''] = [
    someTime(random),
    someTime(random),
    someTime(random),
  ].sort();
  const closed = number % 3 !== 2;
  const merged = closed && type === 'pull_request' && number % 5 !== 0;
  const reviewed = type === 'pull_request' && number % 3 === 1;
  const id = `PRR_${String(repository)}_${String(number)}`;
  return {
    number,
    type,
    title: `Talk ${String(number)}`,
    author: pick(PEOPLE, random).login,
    createdAt,
    updatedAt: closedAt,
    ...(closed && { closedAt }),
    ...(merged && { mergedAt: closedAt }),
    reviews: reviewed
      ? [{ id, author: pick(PEOPLE, random).login, state: 'APPROVED', submittedAt: reviewedAt }]
      : [],
  };
}

function release(number: number, random: Random): WorldRelease {
  const [createdAt = '', publishedAt = ''] = [someTime(random), someTime(random)].sort();
  const draft = number % 3 === 2;
  return {
    tag: `v${String(number)}.0`,
    author: pick(PEOPLE.slice(0, 3), random).login,
    createdAt,
    ...(!draft && { publishedAt }),
  };
}

type Random = () => number;

/** Mulberry32: small, and the same everywhere. */
function randomOf(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function person(
  id: number,
  login: string,
  name: string,
  emails: readonly string[],
  bot = false,
): WorldPerson {
  return { id, login, name, emails, bot };
}

function times<T>(count: number, make: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => make(index));
}

function pick<T>(list: readonly T[], random: Random): T {
  return list[Math.floor(random() * list.length)]!;
}

function someTime(random: Random): string {
  return instant(120 + Math.floor(random() * WORLD_DAYS * DAY));
}

function instant(secondsAgo: number): string {
  return new Date(WORLD_NOW - secondsAgo * 1_000).toISOString().replace('.000Z', 'Z');
}
