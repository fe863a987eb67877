import type { ActionQuery, ActionType } from '../action.js';
import type { Repository } from '../repository.js';
import { chunk } from './chunk.js';
import { conversationAction } from './conversation.mapper.js';
import type { GithubApi } from './github.api.js';
import type { People } from './people.js';
import { reviewSteps } from './review.step.js';
import { type Search, SearchStep } from './search.step.js';
import type { Step } from './step.js';

/** A search is a URL, and qualifiers have their price: this many repositories or owners go into one. */
const SCOPE_SIZE = 20;
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
  const window = { since: query.since, until: query.until };
  const wanted = (kind: ActionType): boolean => query.types.includes(kind);
  const scopes = scopesOf(scope);
  const searches: Search[] = [];
  for (const login of people.everyone ? [undefined] : people.logins) {
    const account = login?.replace(/^(.+)\[bot\]$/, 'app/$1');
    for (const place of scopes) {
      for (const type of (['pull_request', 'issue'] as const).filter(wanted)) {
        const qualifiers = [
          type === 'issue' ? 'is:issue' : 'is:pr',
          account && `author:${account}`,
          place,
        ];
        const collect: Search['collect'] = (found) => ({
          actions: found.flatMap((item) => conversationAction(item, type, apiUrl, window) ?? []),
        });
        // What was merged was closed.
        for (const field of ['created', 'closed'] as const) {
          searches.push({ kind: type, qualifiers: join(qualifiers), field, window, collect });
        }
      }
      if (!wanted('review')) continue;
      searches.push({
        kind: 'review',
        qualifiers: join(['is:pr', account && `reviewed-by:${account}`, place]),
        field: 'updated',
        // A review is an update, and others may have come after it.
        window: { since: query.since, until: new Date(Date.now() + DAY) },
        collect: (found) => ({
          next: reviewSteps(
            api,
            apiUrl,
            found.map((item) => item.text('node_id')),
            login,
          ),
        }),
      });
    }
  }
  return searches.map((search) => new SearchStep(api, search));
}

/**
 * Where to search. One person's work is little, wherever it is, and is sifted afterwards; everyone's
 * is asked for by repository, or by owner when it is to be all repositories.
 */
function scopesOf({ repositories, query, people }: Scope): (string | undefined)[] {
  const chosen = query.repositories;
  if (!people.everyone && (!chosen || chosen.length > SCOPE_SIZE)) return [undefined];
  const names = chosen
    ? repositories.map(({ fullName }) => `repo:${fullName}`)
    : repositories.map(({ fullName }) => `user:${fullName.split('/')[0] ?? ''}`);
  return chunk([...new Set(names)], SCOPE_SIZE).map((some) => some.join(' '));
}

function join(qualifiers: readonly (string | undefined)[]): string {
  return qualifiers.filter(Boolean).join(' ');
}
