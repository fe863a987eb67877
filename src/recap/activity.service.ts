import { Injectable } from '@nestjs/common';
import type { Session } from '../auth/session.js';
import type { Action, ActionQuery } from '../providers/action.js';
import { type ActionBatch, BaseFetcher } from '../providers/base.fetcher.js';
import type { Connection } from '../providers/connection.js';
import type { ConnectionCoverage, Coverage, RepositoryCoverage } from '../providers/coverage.js';
import type { Repository } from '../providers/repository.js';
import { authorsOf, type ResolvedFilter } from './action-filter.js';
import { AskedAuthors } from './asked-authors.js';
import { failed, throwIfAllFailed } from './failed-connections.js';
import { type ActionPosition, NewestActions } from './newest-actions.js';
import { RepositoryService } from './repository.service.js';
import { ViewerIdentity } from './viewer.identity.js';

/** How far the reading is: repositories ended, of how many, where that is known. */
export type ActivityProgress = (done: number, total?: number) => void;

interface ActivityRequest {
  readonly filter: ResolvedFilter;
  readonly limit: number;
  readonly after?: ActionPosition;
}

export interface Activity {
  /** Newest first. */
  readonly actions: Action[];
  readonly coverage: Coverage;
}

/** Reads what happened through all connections of a session side by side, and says what was not read. */
@Injectable()
export class ActivityService {
  constructor(
    private readonly fetcher: BaseFetcher,
    private readonly repositories: RepositoryService,
  ) {}

  /**
   * The newest `limit` actions that match, after a position if one is given. A failing connection
   * or repository is coverage; only when every connection fails is the first one's error thrown.
   */
  async collect(
    session: Session,
    request: ActivityRequest,
    signal: AbortSignal,
    onProgress: ActivityProgress = () => undefined,
  ): Promise<Activity> {
    const { filter } = request;
    const chosen = await this.repositories.choose(session, filter.repo, signal);
    const connections = session.connections.filter(({ id }) => !chosen || chosen.has(id));
    const newest = new NewestActions(request.limit, request.after);
    const tally = new Tally(onProgress);
    const viewer = new ViewerIdentity(session.connections);
    const authors = new AskedAuthors(filter.author, viewer);
    const outcomes = await Promise.all(
      connections.map((connection) => {
        const query = viewer.ask(connection, queryOf(filter, chosen?.get(connection.id)));
        const keep = (actions: readonly Action[]): void => {
          newest.add(actions.map((action) => viewer.fold(action)));
          authors.find(actions);
        };
        const found = (names: readonly string[]): void => authors.add(names);
        return this.read(connection, query, signal, { keep, found, tally });
      }),
    );
    throwIfAllFailed(outcomes);
    const { actions, more } = newest.result();
    return {
      actions,
      coverage: {
        connections: outcomes.map(({ coverage }) => coverage),
        repositories: tally.coverage,
        authors: authors.coverage,
        bots: tally.bots,
        truncated: more,
        from: filter.since,
        to: filter.until,
      },
    };
  }

  private async read(
    connection: Connection,
    query: ActionQuery,
    signal: AbortSignal,
    { keep, found, tally }: Listeners,
  ): Promise<Outcome> {
    const { id, provider } = connection;
    try {
      for await (const batch of this.fetcher.getActions(connection, query, signal)) {
        keep(batch.actions);
        found(batch.matched ?? []);
        tally.add(id, batch);
      }
      return { coverage: { id, provider, status: tally.statusOf(id) } };
    } catch (error) {
      signal.throwIfAborted();
      return { coverage: failed(connection, error), error };
    }
  }
}

/** Where what is read goes. */
interface Listeners {
  readonly keep: (actions: readonly Action[]) => void;
  readonly found: (names: readonly string[]) => void;
  readonly tally: Tally;
}

interface Outcome {
  readonly coverage: ConnectionCoverage;
  readonly error?: unknown;
}

/** Sums up what the connections report while they are read. */
class Tally {
  readonly coverage: RepositoryCoverage[] = [];
  bots = 0;
  private readonly totals = new Map<string, number>();
  private readonly incomplete = new Set<string>();

  constructor(private readonly onProgress: ActivityProgress) {}

  add(connectionId: string, { coverage, total, bots = 0 }: ActionBatch): void {
    this.bots += bots;
    if (total !== undefined) this.totals.set(connectionId, total);
    if (coverage.some(({ status }) => status === 'failed' || status === 'partial')) {
      this.incomplete.add(connectionId);
    }
    this.coverage.push(...coverage);
    const sum = [...this.totals.values()].reduce((all, one) => all + one, 0);
    this.onProgress(this.coverage.length, sum || undefined);
  }

  statusOf(connectionId: string): 'complete' | 'partial' {
    return this.incomplete.has(connectionId) ? 'partial' : 'complete';
  }
}

function queryOf(filter: ResolvedFilter, repositories?: Repository[]): ActionQuery {
  return {
    repositories,
    since: new Date(filter.since),
    until: new Date(filter.until),
    authors: authorsOf(filter),
    types: filter.type,
    includeBots: filter.includeBots,
  };
}
