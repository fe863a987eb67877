import { ACTION_TYPES, type ActionType, type AuthorFilter } from '../providers/action.js';
import type { Session } from '../auth/session.js';
import type { NamedWindow } from './named-window.js';
import { readWindow } from './time-window.js';

/** Which actions are asked for, as clients say it; everything is optional. */
export interface ActionFilter {
  readonly repo?: readonly string[];
  readonly since?: string;
  readonly until?: string;
  readonly window?: NamedWindow;
  readonly timeZone?: string;
  readonly author?: readonly string[];
  readonly type?: readonly ActionType[];
  readonly includeBots?: boolean;
}

/** The same with every default filled in, so that it means the same thing later and elsewhere. */
export interface ResolvedFilter {
  /** Repository ids; absent: all. */
  readonly repo?: readonly string[];
  readonly since: string;
  readonly until: string;
  readonly timeZone: string;
  readonly author: readonly string[];
  readonly type: readonly ActionType[];
  readonly includeBots: boolean;
}

export const EVERYONE = '*';
export const MYSELF = 'me';

/** @throws DomainError `invalid_request` for a window that cannot be read. */
export function resolveFilter(filter: ActionFilter, session: Session): ResolvedFilter {
  const window = readWindow(filter);
  return {
    repo: filter.repo?.length ? filter.repo : undefined,
    since: window.since.toISOString(),
    until: window.until.toISOString(),
    timeZone: window.timeZone,
    author: filter.author?.length ? filter.author : [defaultAuthor(session)],
    type: filter.type?.length ? filter.type : ACTION_TYPES,
    includeBots: filter.includeBots ?? false,
  };
}

export function authorsOf({ author }: ResolvedFilter): AuthorFilter {
  if (author.includes(EVERYONE)) return { everyone: true };
  return {
    everyone: false,
    viewer: author.includes(MYSELF),
    names: author.filter((name) => name !== MYSELF).map((name) => name.toLowerCase()),
  };
}

/** Where nobody is signed in there is no "me": then everyone's actions are meant. */
function defaultAuthor(session: Session): string {
  return session.connections.some(({ viewer }) => viewer) ? MYSELF : EVERYONE;
}
