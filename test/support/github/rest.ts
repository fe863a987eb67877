import type { EmulatedAnswer } from '../provider.emulator.js';
import { accountOf } from './accounts.js';
import { exampleOf } from './openapi.js';
import { pageOf, paged } from './pages.js';
import { repositoryList } from './repository.lists.js';
import { searchConversations } from './search.js';
import {
  fullNameOf,
  type World,
  personByLogin,
  type WorldConversation,
  type WorldPerson,
  type WorldRepository,
} from '../world/world.js';

type Json = Record<string, unknown>;

const [REPOSITORY] = exampleOf('/user/repos') as [Json];
const USER = exampleOf('/user') as Json;
const [EMAIL] = exampleOf('/user/emails') as [Json];
const [{ pull_request: PULL_REQUEST, ...CONVERSATION }] = (
  exampleOf('/search/issues') as { items: [Json] }
).items;

/** GitHub's REST API over a world; undefined for a route that nobody is expected to ask for. */
export function restAnswer(world: World, url: URL, route: string): EmulatedAnswer | undefined {
  switch (route) {
    case '/user':
      return { status: 200, body: userOf(personByLogin(world, world.viewer)) };
    case '/user/emails':
      return { status: 200, body: emailsOf(personByLogin(world, world.viewer)) };
    case '/user/repos':
      return paged(url, world.repositories, (repository) => repositoryOf(repository, url.origin));
    case '/search/issues':
      return searchAnswer(world, url);
    default:
      return repositoryList(world, url, route);
  }
}

function searchAnswer(world: World, url: URL): EmulatedAnswer | undefined {
  const results = searchConversations(world, url.searchParams.get('q') ?? '');
  if (!results) return undefined;
  const { start, end } = pageOf(url);
  if (end > 1_000) return { status: 422, body: { message: 'Only the first 1000 are available' } };
  const items = results
    .slice(start, end)
    .map(({ repository, conversation }) =>
      conversationOf(world, repository, conversation, url.origin),
    );
  const body = {
    total_count: results.length,
    incomplete_results: false,
    search_type: 'lexical',
    items,
  };
  return { status: 200, body };
}

function userOf(person: WorldPerson): Json {
  const html_url = `https://github.com/${person.login}`;
  return { ...USER, ...accountOf(person), name: person.name, email: null, html_url };
}

function emailsOf({ emails }: WorldPerson): Json[] {
  return emails.map((email, index) => ({ ...EMAIL, email, primary: index === 0 }));
}

function repositoryOf(repository: WorldRepository, origin: string): Json {
  const fullName = fullNameOf(repository);
  return {
    ...REPOSITORY,
    name: repository.name,
    full_name: fullName,
    html_url: `${origin}/${fullName}`,
    private: repository.private,
    archived: repository.archived,
    fork: repository.fork,
    default_branch: 'main',
    pushed_at: repository.pushedAt,
  };
}

function conversationOf(
  world: World,
  repository: WorldRepository,
  conversation: WorldConversation,
  origin: string,
): Json {
  const fullName = fullNameOf(repository);
  const isPull = conversation.type === 'pull_request';
  const path = isPull ? 'pull' : 'issues';
  return {
    ...CONVERSATION,
    ...(isPull && {
      pull_request: { ...(PULL_REQUEST as Json), merged_at: conversation.mergedAt ?? null },
    }),
    repository_url: `${origin}/repos/${fullName}`,
    html_url: `${origin}/${fullName}/${path}/${String(conversation.number)}`,
    node_id: `PR_${fullName}#${String(conversation.number)}`,
    number: conversation.number,
    title: conversation.title,
    user: accountOf(personByLogin(world, conversation.author)),
    created_at: conversation.createdAt,
    updated_at: conversation.updatedAt,
    closed_at: conversation.closedAt ?? null,
    state: conversation.closedAt ? 'closed' : 'open',
  };
}
