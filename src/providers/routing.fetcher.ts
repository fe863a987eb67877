import { Injectable } from '@nestjs/common';
import type { ActionQuery } from './action.js';
import { AzureDevopsFetcher } from './azure-devops/azure-devops.fetcher.js';
import { type ActionBatch, BaseFetcher, type RepositoryListing } from './base.fetcher.js';
import type { Connection, ConnectionRequest, ProviderName } from './connection.js';
import { GitFetcher } from './git/git.fetcher.js';
import { GithubFetcher } from './github/github.fetcher.js';
import { GitlabFetcher } from './gitlab/gitlab.fetcher.js';

/** Passes every question on to the fetcher of the connection's provider. */
@Injectable()
export class RoutingFetcher extends BaseFetcher {
  readonly provider = 'any';
  private readonly fetchers: Readonly<Record<ProviderName, BaseFetcher>>;

  constructor(
    git: GitFetcher,
    github: GithubFetcher,
    gitlab: GitlabFetcher,
    azureDevops: AzureDevopsFetcher,
  ) {
    super();
    this.fetchers = { git, github, gitlab, 'azure-devops': azureDevops };
  }

  async connect(request: ConnectionRequest, signal: AbortSignal): Promise<Connection> {
    return this.fetchers[request.provider].connect(request, signal);
  }

  async isMember(connection: Connection, group: string, signal: AbortSignal): Promise<boolean> {
    return this.fetchers[connection.provider].isMember(connection, group, signal);
  }

  async getRepositories(connection: Connection, signal: AbortSignal): Promise<RepositoryListing> {
    return this.fetchers[connection.provider].getRepositories(connection, signal);
  }

  getActions(
    connection: Connection,
    query: ActionQuery,
    signal: AbortSignal,
  ): AsyncIterable<ActionBatch> {
    return this.fetchers[connection.provider].getActions(connection, query, signal);
  }
}
