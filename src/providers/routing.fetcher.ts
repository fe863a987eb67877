import { Injectable } from '@nestjs/common';
import { DomainError } from '../errors/domain.error.js';
import type { ActionQuery } from './action.js';
import { type ActionBatch, BaseFetcher, type RepositoryListing } from './base.fetcher.js';
import type { Connection, ConnectionRequest, ProviderName } from './connection.js';
import { GitFetcher } from './git/git.fetcher.js';
import { GithubFetcher } from './github/github.fetcher.js';
import { GitlabFetcher } from './gitlab/gitlab.fetcher.js';

/** Passes every question on to the fetcher of the connection's provider. */
@Injectable()
export class RoutingFetcher extends BaseFetcher {
  readonly provider = 'any';
  /** The providers one can connect to. */
  readonly providers: readonly ProviderName[];
  private readonly fetchers: ReadonlyMap<ProviderName, BaseFetcher>;

  constructor(git: GitFetcher, github: GithubFetcher, gitlab: GitlabFetcher) {
    super();
    this.fetchers = new Map([git, github, gitlab].map((fetcher) => [fetcher.provider, fetcher]));
    this.providers = [...this.fetchers.keys()];
  }

  async connect(request: ConnectionRequest, signal: AbortSignal): Promise<Connection> {
    return this.fetcherOf(request.provider).connect(request, signal);
  }

  async getRepositories(connection: Connection, signal: AbortSignal): Promise<RepositoryListing> {
    return this.fetcherOf(connection.provider).getRepositories(connection, signal);
  }

  getActions(
    connection: Connection,
    query: ActionQuery,
    signal: AbortSignal,
  ): AsyncIterable<ActionBatch> {
    return this.fetcherOf(connection.provider).getActions(connection, query, signal);
  }

  private fetcherOf(provider: ProviderName): BaseFetcher {
    const fetcher = this.fetchers.get(provider);
    if (fetcher) return fetcher;
    const known = this.providers.join(', ');
    throw new DomainError('invalid_request', `${provider} is not supported here`, {
      errors: [{ field: 'provider', message: `provider must be one of: ${known}` }],
    });
  }
}
