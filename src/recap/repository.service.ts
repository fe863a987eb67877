import { Injectable } from '@nestjs/common';
import type { Session } from '../auth/session.js';
import { DomainError } from '../errors/domain.error.js';
import { BaseFetcher } from '../providers/base.fetcher.js';
import type { Connection } from '../providers/connection.js';
import type { ConnectionCoverage } from '../providers/coverage.js';
import type { Repository } from '../providers/repository.js';
import { failed, throwIfAllFailed } from './failed-connections.js';
import { RepositoryCache, type RepositoryReading } from './repository.cache.js';

export interface RepositoryList {
  readonly repositories: readonly Repository[];
  readonly connections: readonly ConnectionCoverage[];
  /** When the list was kept, in milliseconds since the epoch; absent when providers were asked. */
  readonly keptAt?: number;
}

/** The connections with a credential, and those that anybody may read. */
interface Parted {
  readonly connections: readonly Connection[];
  readonly open: readonly Connection[];
}

/** The repositories of all connections of a session. */
@Injectable()
export class RepositoryService {
  private readonly parts = new WeakMap<Session['connections'], Parted>();

  constructor(
    private readonly fetcher: BaseFetcher,
    private readonly cache: RepositoryCache,
  ) {}

  /**
   * All of them; one that two connections can read is listed for each. What was read with a
   * credential may come from the cache, unless `refresh` is asked for.
   * A failing connection is coverage; only when every one fails is the first one's error thrown.
   */
  async list(session: Session, signal: AbortSignal, refresh = false): Promise<RepositoryList> {
    const { connections, open } = this.parted(session.connections);
    const [{ readings, keptAt }, openReadings] = await Promise.all([
      this.cache.through({ connections, refresh, signal }, (shared) =>
        this.readAll(connections, shared),
      ),
      this.readAll(open, signal),
    ]);
    const all = inOrder(session.connections, [...readings, ...openReadings]);
    throwIfAllFailed(all);
    return {
      repositories: all.flatMap(({ repositories }) => repositories),
      connections: all.map(({ coverage }) => coverage),
      keptAt,
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
    const wanted = new Set(ids);
    let list = await this.list(session, signal);
    // A repository may be younger than the list that was kept.
    if (list.keptAt && missing(wanted, list).length > 0) {
      list = await this.list(session, signal, true);
    }
    const unknown = missing(wanted, list);
    if (unknown.length > 0) {
      throw new DomainError(
        'repository_not_found',
        `This session cannot read: ${unknown.join(', ')}.`,
      );
    }
    const chosen = list.repositories.filter(({ id }) => wanted.has(id));
    const connectionIds = [...new Set(chosen.map(({ connectionId }) => connectionId))];
    return new Map(
      connectionIds.map((id) => [id, chosen.filter(({ connectionId }) => connectionId === id)]),
    );
  }

  /** The same arrays for the same session as long as it does not change, so that what is made of them can be kept. */
  private parted(all: Session['connections']): Parted {
    const known = this.parts.get(all);
    if (known) return known;
    const parts: Parted = {
      connections: all.filter(hasCredential),
      open: all.filter((connection) => !hasCredential(connection)),
    };
    this.parts.set(all, parts);
    return parts;
  }

  private async readAll(
    connections: readonly Connection[],
    signal: AbortSignal,
  ): Promise<RepositoryReading[]> {
    return Promise.all(connections.map((connection) => this.read(connection, signal)));
  }

  private async read(connection: Connection, signal: AbortSignal): Promise<RepositoryReading> {
    const { id, provider } = connection;
    try {
      const { repositories, incomplete } = await this.fetcher.getRepositories(connection, signal);
      const status = incomplete ? 'partial' : 'complete';
      return { repositories, coverage: { id, provider, status, reason: incomplete } };
    } catch (error) {
      signal.throwIfAborted();
      return { repositories: [], coverage: failed(connection, error), error };
    }
  }
}

/** A git repository is read without an account, and asked each time. */
const hasCredential = ({ token }: Connection): boolean => token !== undefined;

function inOrder(
  connections: readonly Connection[],
  readings: readonly RepositoryReading[],
): RepositoryReading[] {
  return connections.flatMap(({ id }) => readings.filter(({ coverage }) => coverage.id === id));
}

function missing(wanted: ReadonlySet<string>, { repositories }: RepositoryList): string[] {
  const known = new Set(repositories.map(({ id }) => id));
  return [...wanted].filter((id) => !known.has(id));
}
