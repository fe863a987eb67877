import type { ActionQuery } from '../action.js';
import { chunk } from '../chunk.js';
import type { People } from '../people.js';
import type { Repository } from '../repository.js';
import type { Step } from '../step.js';
import { conversationAction, type ConversationType } from './conversation.mapper.js';
import { isEnterpriseServer } from './github.address.js';
import type { GithubApi } from './github.api.js';
import { reviewSteps } from './review.step.js';
import { type Search, SearchStep } from './search.step.js';

/**
 * A search takes five operators at most, so this many repositories or owners with an OR between them
 * (https://docs.github.com/rest/search/search#limitations-on-query-length).
 */
const SCOPE_SIZE = 6;
/** Not every server knows OR. */
const SCOPE_SIZE_OF_SERVER = 1;
const DAY = 86_400_000;

interface Scope {
  /** All that the connection lists, or what was chosen of it. */
  readonly repositories: readonly Repository[];
  readonly query: ActionQuery;
  readonly people: People;
}

/** The searches that find the pull requests, issues and reviews asked for. */
export function conversationSteps(api: GithubApi, apiUrl: string, scope: Scope): Step[] {
  const { query, people } = scope;
  const logins = people.everyone ? [undefined] : people.logins;
  const places = scopesOf(scope, isEnterpriseServer(apiUrl) ? SCOPE_SIZE_OF_SERVER : SCOPE_SIZE);
  return logins
    .flatMap((login) => places.map((place): Asked => ({ api, apiUrl, query, login, place })))
    .flatMap((asked) => [
      ...openedOrClosed(asked, 'pull_request'),
      ...openedOrClosed(asked, 'issue'),
      ...reviewed(asked),
    ])
    .filter(({ kind }) => query.types.includes(kind))
    .map((search) => new SearchStep(api, search));
}

interface Asked {
  readonly api: GithubApi;
  readonly apiUrl: string;
  readonly query: ActionQuery;
  /** Absent: everyone's. */
  readonly login?: string;
  /** Absent: anywhere. */
  readonly place?: string;
}

function openedOrClosed(asked: Asked, kind: ConversationType): Search[] {
  const { apiUrl, query, login, place } = asked;
  const type = kind === 'issue' ? 'is:issue' : 'is:pr';
  const qualifiers = join([type, login && `author:${accountOf(login)}`, place]);
  const window = { since: query.since, until: query.until };
  const collect: Search['collect'] = (found) => ({
    actions: found.flatMap((item) => conversationAction(item, kind, apiUrl, window) ?? []),
  });
  // What was merged was closed.
  const fields = ['created', 'closed'] as const;
  return fields.map((field) => ({ kind, qualifiers, field, window, collect }));
}

function reviewed({ api, apiUrl, query, login, place }: Asked): Search[] {
  const qualifiers = join(['is:pr', login && `reviewed-by:${accountOf(login)}`, place]);
  // A review is an update, and others may have come after it. Whole days, so that the same question
  // asked again is the same search.
  const window = { since: query.since, until: new Date(Math.ceil(Date.now() / DAY + 1) * DAY) };
  const collect: Search['collect'] = (found) => {
    const ids = found.map((item) => item.text('node_id'));
    return { next: reviewSteps(api, apiUrl, ids, login) };
  };
  return [{ kind: 'review', qualifiers, field: 'updated', window, collect }];
}

/** Searches know apps by another name than the rest of the REST API. */
function accountOf(login: string): string {
  return login.replace(/^(.+)\[bot\]$/, 'app/$1');
}

/**
 * Where to search. One person's work is little, wherever it is, and is sifted afterwards; everyone's
 * is asked for by repository, or by owner when it is to be all repositories.
 */
function scopesOf({ repositories, query, people }: Scope, size: number): (string | undefined)[] {
  const chosen = query.repositories;
  if (!people.everyone && (!chosen || chosen.length > SCOPE_SIZE)) return [undefined];
  const names = chosen
    ? repositories.map(({ fullName }) => `repo:${fullName}`)
    : repositories.map(({ fullName }) => `user:${fullName.split('/')[0] ?? ''}`);
  return chunk([...new Set(names)], size).map((some) =>
    some.length === 1 ? some[0] : `(${some.join(' OR ')})`,
  );
}

function join(qualifiers: readonly (string | undefined)[]): string {
  return qualifiers.filter(Boolean).join(' ');
}
