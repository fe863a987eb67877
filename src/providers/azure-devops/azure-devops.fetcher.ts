import { Injectable } from '@nestjs/common';
import { Environment } from '../../config/environment.js';
import { DomainError } from '../../errors/domain.error.js';
import { accessTokenOf } from '../access-token.js';
import type { ActionQuery } from '../action.js';
import { type ActionBatch, BaseFetcher, type RepositoryListing } from '../base.fetcher.js';
import type { Connection, ConnectionRequest } from '../connection.js';
import { OutboundHttp } from '../http/outbound-http.js';
import { invalidField } from '../invalid-field.js';
import { AzureDevopsActivity } from './azure-devops.activity.js';
import { organizationOf } from './azure-devops.address.js';
import { type AzureDevopsAccess, AzureDevopsApi } from './azure-devops.api.js';
import { readRepositories } from './azure-devops.repositories.js';
import { readConnection } from './azure-devops.viewer.js';
import { ResourceLocations } from './resource.locations.js';

/** Azure DevOps Services and Server: one organisation or collection, read as the holder of a token. */
@Injectable()
export class AzureDevopsFetcher extends BaseFetcher {
  readonly provider = 'azure-devops';
  private readonly locations = new ResourceLocations();

  constructor(
    private readonly http: OutboundHttp,
    private readonly environment: Environment,
  ) {
    super();
  }

  async connect(request: ConnectionRequest, signal: AbortSignal): Promise<Connection> {
    const { AZURE_DEVOPS_URL, PROVIDER_HOSTS } = this.environment;
    const organization = organizationOf(AZURE_DEVOPS_URL, PROVIDER_HOSTS, request);
    const token = accessTokenOf(request, 'Azure DevOps');
    const api = this.apiOf({ baseUrl: organization.url, token }, signal);
    try {
      return await readConnection(api, organization, token);
    } catch (error) {
      if (!(error instanceof DomainError) || error.code !== 'repository_not_found') throw error;
      throw invalidField('organization', 'organization is none that Azure DevOps shows the token');
    }
  }

  /** Nobody else's token opens an organisation: to be connected to it is to be one of its users. */
  async isMember({ organization }: Connection, group: string): Promise<boolean> {
    return organization?.toLowerCase() === group.toLowerCase();
  }

  async getRepositories(connection: Connection, signal: AbortSignal): Promise<RepositoryListing> {
    const repositories = await readRepositories(this.apiOf(connection, signal), connection);
    return { repositories };
  }

  /** Work items are issues of their projects; votes on pull requests are reviews. */
  async *getActions(
    connection: Connection,
    query: ActionQuery,
    signal: AbortSignal,
  ): AsyncGenerator<ActionBatch> {
    const leaving = new AbortController();
    const api = this.apiOf(connection, AbortSignal.any([signal, leaving.signal]));
    try {
      const repositories = query.repositories ?? (await readRepositories(api, connection));
      yield* new AzureDevopsActivity(api, connection, query).read(repositories);
    } finally {
      // Who stops listening early, or meets an error, leaves requests behind.
      leaving.abort();
    }
  }

  private apiOf(access: AzureDevopsAccess, signal: AbortSignal): AzureDevopsApi {
    return new AzureDevopsApi(this.http, access, this.locations, signal);
  }
}
