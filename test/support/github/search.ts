import {
  fullNameOf,
  type GithubWorld,
  type WorldConversation,
  type WorldRepository,
} from './world.js';

interface Found {
  readonly repository: WorldRepository;
  readonly conversation: WorldConversation;
}

type Test = (found: Found) => boolean;

const same = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();

/** `app/name` is how searches call the app that goes by `name[bot]`. */
const loginIn = (value: string): string => value.replace(/^app\/(.+)$/, '$1[bot]');

const QUALIFIERS: Readonly<Record<string, (value: string) => Test>> = {
  is:
    (value) =>
    ({ conversation }) =>
      conversation.type === (value === 'pr' ? 'pull_request' : 'issue'),
  author:
    (value) =>
    ({ conversation }) =>
      same(conversation.author, loginIn(value)),
  'reviewed-by':
    (value) =>
    ({ conversation }) =>
      conversation.reviews.some(({ author }) => same(author, loginIn(value))),
  repo:
    (value) =>
    ({ repository }) =>
      same(fullNameOf(repository), value),
  user:
    (value) =>
    ({ repository }) =>
      same(repository.owner, value),
  created:
    (range) =>
    ({ conversation }) =>
      isIn(range, conversation.createdAt),
  closed:
    (range) =>
    ({ conversation }) =>
      isIn(range, conversation.closedAt),
  updated:
    (range) =>
    ({ conversation }) =>
      isIn(range, conversation.updatedAt),
};
/** Of several of these in a search, one has to hold. */
const ALTERNATIVES = ['repo', 'user'];

/** What a search for issues and pull requests finds; undefined for a qualifier not known here. */
export function searchConversations(world: GithubWorld, search: string): Found[] | undefined {
  const required: Test[] = [];
  const alternatives: Test[] = [];
  for (const term of search.split(' ')) {
    const [qualifier = '', ...value] = term.split(':');
    const test = QUALIFIERS[qualifier]?.(value.join(':'));
    if (!test) return undefined;
    (ALTERNATIVES.includes(qualifier) ? alternatives : required).push(test);
  }
  const matches = (found: Found): boolean =>
    required.every((test) => test(found)) &&
    (alternatives.length === 0 || alternatives.some((test) => test(found)));
  return world.repositories
    .flatMap((repository) =>
      repository.conversations.map((conversation) => ({ repository, conversation })),
    )
    .filter(matches)
    .sort((one, other) => one.conversation.createdAt.localeCompare(other.conversation.createdAt));
}

/** Both ends count. */
function isIn(range: string, instant: string | undefined): boolean {
  const [from = '', to = ''] = range.split('..');
  return instant !== undefined && instant >= from && instant <= to;
}
