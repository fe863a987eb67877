import { ACTION_TYPES, type Action, type ActionQuery } from '../../src/providers/action.js';
import type { ActionBatch } from '../../src/providers/base.fetcher.js';
import type { Connection } from '../../src/providers/connection.js';
import type { RepositoryCoverage } from '../../src/providers/coverage.js';
import type { GitFetcher } from '../../src/providers/git/git.fetcher.js';
import { collect } from './collect.js';

const { signal } = new AbortController();

/** The week in which the commits of specs are made that name no date. */
export const WEEK: ActionQuery = {
  since: new Date('2026-01-05T00:00:00Z'),
  until: new Date('2026-01-12T00:00:00Z'),
  authors: { everyone: true },
  types: ACTION_TYPES,
  includeBots: false,
};

/** Reads repositories under GIT_ROOT, of that week unless a query says otherwise. */
export class LocalReader {
  constructor(private readonly fetcher: GitFetcher) {}

  connect = (path: string): Promise<Connection> =>
    this.fetcher.connect({ provider: 'git', path }, signal);

  ask = async (path: string, query: Partial<ActionQuery> = {}): Promise<ActionBatch[]> =>
    collect(this.fetcher.getActions(await this.connect(path), { ...WEEK, ...query }, signal));

  actionsOf = async (path: string, query: Partial<ActionQuery> = {}): Promise<Action[]> =>
    (await this.ask(path, query)).flatMap(({ actions }) => actions);

  titlesOf = async (path: string, query: Partial<ActionQuery> = {}): Promise<string[]> =>
    (await this.actionsOf(path, query)).map(({ title }) => title);

  coverageOf = async (
    path: string,
    query: Partial<ActionQuery> = {},
  ): Promise<RepositoryCoverage[]> =>
    (await this.ask(path, query)).flatMap(({ coverage }) => coverage);
}
