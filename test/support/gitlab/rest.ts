import type { EmulatedAnswer } from '../provider.emulator.js';
import { personByLogin, type World, type WorldRepository } from '../world/world.js';
import {
  commitOf,
  conversationOf,
  eventsOf,
  projectOf,
  releaseOf,
  type Json,
  userOf,
} from './entities.js';
import { keysetPage, numberedPage, type PageRules } from './pages.js';
import { projectIdOf, usernameOf } from './telling.js';

interface Asked {
  readonly world: World;
  readonly url: URL;
  readonly rules: PageRules;
  /** Those whose project is in the path, or all. */
  readonly repositories: readonly WorldRepository[];
  /** The user in the path. */
  readonly user?: string;
}

interface Route {
  readonly path: RegExp;
  readonly parameters: readonly string[];
  readonly answer: (asked: Asked) => EmulatedAnswer;
}

const NOT_FOUND = { status: 404, body: { message: '404 Project Not Found' } };
const FORBIDDEN = { status: 403, body: { message: '403 Forbidden' } };
const NO_USER = { status: 404, body: { message: '404 User Not Found' } };
const PAGE = ['page', 'per_page', 'pagination'];
const CONVERSATIONS = [
  ...PAGE,
  ...['scope', 'author_username', 'updated_after', 'created_before', 'order_by', 'sort'],
];
const EVENTS = [...PAGE, 'target_type', 'after', 'before', 'sort'];

const ROUTES: readonly Route[] = [
  {
    path: /^user$/,
    parameters: [],
    answer: ({ world, url }) => ok(userOf(personByLogin(world, world.viewer), url.origin)),
  },
  {
    path: /^user\/emails$/,
    parameters: [],
    answer: ({ world }) =>
      ok(
        personByLogin(world, world.viewer)
          .emails.slice(1)
          .map((email, id) => ({ id, email, confirmed_at: '2021-03-26T19:07:56.248Z' })),
      ),
  },
  {
    path: /^personal_access_tokens\/self$/,
    parameters: [],
    answer: () => ok({ id: 1, scopes: ['read_api'], expires_at: '2026-01-02', active: true }),
  },
  {
    path: /^projects$/,
    parameters: ['membership', 'pagination', 'order_by', 'sort', 'per_page', 'id_after'],
    answer: ({ world, url, rules }) => {
      const all = world.repositories.map((one) => projectOf(world, one, url.origin));
      return keysetPage(url, all, rules);
    },
  },
  {
    path: /^projects\/\d+$/,
    parameters: [],
    answer: ({ world, url, repositories: [one] }) => ok(projectOf(world, one!, url.origin)),
  },
  {
    path: /^(?:projects\/\d+\/)?merge_requests$/,
    parameters: CONVERSATIONS,
    answer: (asked) => conversations(asked, 'pull_request'),
  },
  {
    path: /^(?:projects\/\d+\/)?issues$/,
    parameters: [...CONVERSATIONS, 'non_archived'],
    answer: (asked) => conversations(asked, 'issue'),
  },
  {
    path: /^(?:projects\/\d+|users\/[^/]+)\/events$/,
    parameters: EVENTS,
    answer: events,
  },
  {
    path: /^projects\/\d+\/repository\/commits$/,
    parameters: [...PAGE, 'all', 'since', 'until'],
    answer: commits,
  },
  {
    path: /^projects\/\d+\/releases$/,
    parameters: [...PAGE, 'order_by', 'sort'],
    answer: ({ world, url, rules, repositories }) => {
      if (repositories.some(({ turnedOff }) => turnedOff?.includes('release'))) return FORBIDDEN;
      const all = repositories
        .flatMap(({ releases }) => releases)
        .map((one) => releaseOf(world, one, url.origin));
      const newestFirst = all.sort((one, other) => compare(other.released_at, one.released_at));
      return numberedPage(url, newestFirst, rules);
    },
  },
];

/** GitLab's REST API over a world; undefined for what nobody is expected to ask for. */
export function gitlabAnswer(world: World, url: URL, rules: PageRules): EmulatedAnswer | undefined {
  const [, path = ''] = url.pathname.split('/api/v4/');
  const route = ROUTES.find((one) => one.path.test(path));
  const unknown = [...url.searchParams.keys()].find((one) => !route?.parameters.includes(one));
  if (!route || unknown !== undefined) return undefined;
  const [, kind, name] = /^(projects|users)\/([^/]+)(?:\/|$)/.exec(path) ?? [];
  if (kind !== 'projects') {
    const user = name && decodeURIComponent(name);
    return route.answer({ world, url, rules, repositories: world.repositories, user });
  }
  const found = world.repositories.find((one) => projectIdOf(world, one) === Number(name));
  if (!found || found.vanished) return NOT_FOUND;
  return route.answer({ world, url, rules, repositories: [found] });
}

function conversations(
  { world, url, rules, repositories }: Asked,
  type: 'pull_request' | 'issue',
): EmulatedAnswer {
  const author = url.searchParams.get('author_username')?.toLowerCase();
  const since = Date.parse(url.searchParams.get('updated_after') ?? '');
  const until = Date.parse(url.searchParams.get('created_before') ?? '');
  const found = repositories
    .filter(({ vanished }) => !vanished)
    .flatMap((one) => one.conversations.map((talk) => ({ one, talk })))
    .filter(({ talk }) => talk.type === type)
    .filter(({ talk }) => !(Date.parse(talk.updatedAt) < since))
    .filter(({ talk }) => !(Date.parse(talk.createdAt) > until))
    .filter(({ talk }) => {
      const username = usernameOf(personByLogin(world, talk.author)).toLowerCase();
      return author === undefined || username === author;
    })
    .sort((one, other) => compare(one.talk.createdAt, other.talk.createdAt))
    .map(({ one, talk }) => conversationOf(world, one, talk, url.origin));
  return numberedPage(url, found, rules);
}

/** Whole days, neither of them included; only the holder of the token and those with an account. */
function events({ world, url, rules, repositories, user }: Asked): EmulatedAnswer {
  const person = world.people.find((one) => usernameOf(one).toLowerCase() === user?.toLowerCase());
  if (user !== undefined && !person) return NO_USER;
  const after = url.searchParams.get('after') ?? '';
  const before = url.searchParams.get('before') ?? '';
  const found = repositories
    .filter(({ vanished }) => !vanished)
    .flatMap((one) => eventsOf(world, one, url.origin))
    .filter(({ author }) => !person || author.username === usernameOf(person))
    .filter(({ created_at: at }) => at.slice(0, 10) > after && at.slice(0, 10) < before)
    .sort((one, other) => compare(one.created_at, other.created_at));
  return numberedPage(url, found, rules);
}

/** Both ends count, in whole seconds. Commits are not counted, so no page says how many there are. */
function commits({ world, url, rules, repositories }: Asked): EmulatedAnswer {
  const second = (name: string): number =>
    Math.floor(Date.parse(url.searchParams.get(name) ?? '') / 1_000);
  const found = repositories.flatMap((one) =>
    one.commits
      .filter(({ committedAt }) => Date.parse(committedAt) / 1_000 >= second('since'))
      .filter(({ committedAt }) => Date.parse(committedAt) / 1_000 <= second('until'))
      .map((commit) => commitOf(world, one, commit, url.origin)),
  );
  return numberedPage(url, found, { ...rules, counts: false });
}

function ok(body: Json | Json[]): EmulatedAnswer {
  return { status: 200, body };
}

function compare(one: string, other: string): number {
  return one.localeCompare(other);
}
