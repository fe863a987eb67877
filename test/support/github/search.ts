import {
  fullNameOf,
  type World,
  type WorldConversation,
  type WorldRepository,
} from '../world/world.js';

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
/** What a search for issues and pull requests finds; undefined for a qualifier not known here. */
export function searchConversations(world: World, search: string): Found[] | undefined {
  // The advanced syntax: terms all have to hold, those in brackets with OR between them one.
  const terms = search.match(/\([^)]*\)|\S+/g) ?? [];
  const tests = terms.map((term) => anyOf(term.replace(/^\(|\)$/g, '').split(' OR ')));
  if (tests.includes(undefined)) return undefined;
  return world.repositories
    .flatMap((repository) =>
      repository.conversations.map((conversation) => ({ repository, conversation })),
    )
    .filter((found) => tests.every((test) => test?.(found)))
    .sort((one, other) => one.conversation.createdAt.localeCompare(other.conversation.createdAt));
}

function anyOf(terms: readonly string[]): Test | undefined {
  const tests = terms.map((term) => {
    const [qualifier = '', ...value] = term.split(':');
    return QUALIFIERS[qualifier]?.(value.join(':'));
  });
  if (tests.includes(undefined)) return undefined;
  return (found) => tests.some((test) => test?.(found));
}

/** Both ends count. */
function isIn(range: string, instant: string | undefined): boolean {
  const [from = '', to = ''] = range.split('..');
  return instant !== undefined && instant >= from && instant <= to;
}
