import { Injectable } from '@nestjs/common';
import type { Session } from '../auth/session.js';
import { DomainError } from '../errors/domain.error.js';
import { BaseFetcher } from '../providers/base.fetcher.js';
import type { ConnectionCoverage } from '../providers/coverage.js';
import type { Repository } from '../providers/repository.js';
import { failed, throwIfAllFailed } from './failed-connections.js';

interface Listing {
  readonly repositories: Repository[];
  readonly connections: ConnectionCoverage[];
}

/** The repositories of all connections of a session. */
@Injectable()
export class RepositoryService {
  constructor(private readonly fetcher: BaseFetcher) {}

  /**
   * All of them; one that two connections can read is listed for each.
   * A failing connection is coverage; only when every one fails is the first one's error thrown.
   */
  async list(session: Session, signal: AbortSignal): Promise<Listing> {
    const outcomes = await Promise.all(
      session.connections.map(async (connection) => {
        const { id, provider } = connection;
        try {
          const { repositories, incomplete } = await this.fetcher.getRepositories(
            connection,
            signal,
          );
          const status = incomplete ? ('partial' as const) : ('complete' as const);
          return { repositories, coverage: { id, provider, status, reason: incomplete } };
        } catch (error) {
          signal.throwIfAborted();
          return { repositories: [], coverage: failed(connection, error), error };
        }
      }),
    );
    throwIfAllFailed(outcomes);
    return {
      repositories: outcomes.flatMap(({ repositories }) => repositories),
      connections: outcomes.map(({ coverage }) => coverage),
    };
  }

  /**
   * The named repositories by connection; undefined when none are named and all are meant.
   * @throws DomainError `repository_not_found` naming those that the session cannot read.
   */
  async choose(
    session: Session,
    ids: readonly string[] | undefined,
    signal: AbortSignal,
  ): Promise<Map<string, Repository[]> | undefined> {
    if (!ids) return undefined;
    const { repositories } = await this.list(session, signal);
    const wanted = new Set(ids);
    const chosen = repositories.filter(({ id }) => wanted.has(id));
    const known = new Set(chosen.map(({ id }) => id));
    const unknown = [...wanted].filter((id) => !known.has(id));
    if (unknown.length > 0) {
      throw new DomainError(
        'repository_not_found',
        `This session cannot read: ${unknown.join(', ')}.`,
      );
    }
    const connectionIds = [...new Set(chosen.map(({ connectionId }) => connectionId))];
    return new Map(
      connectionIds.map((id) => [id, chosen.filter(({ connectionId }) => connectionId === id)]),
    );
  }
}
