import { Injectable } from '@nestjs/common';
import { Environment } from '../../config/environment.js';
import { accessTokenOf } from '../access-token.js';
import type { ActionQuery } from '../action.js';
import { type ActionBatch, BaseFetcher, type RepositoryListing } from '../base.fetcher.js';
import type { Connection, ConnectionRequest } from '../connection.js';
import { OutboundHttp } from '../http/outbound-http.js';
import { knownAddress } from '../provider-address.js';
import { apiUrlAt, isAddressOf } from './github.address.js';
import { GithubActivity } from './github.activity.js';
import type { GithubAccess, GithubApi } from './github.api.js';
import { whereShown } from './github.error.js';
import { readRepositories } from './github.repositories.js';
import { readConnection } from './github.viewer.js';

/** GitHub.com and GitHub Enterprise Server, read as the holder of a token. */
@Injectable()
export class GithubFetcher extends BaseFetcher {
  readonly provider = 'github';

  constructor(
    private readonly http: OutboundHttp,
    private readonly environment: Environment,
  ) {
    super();
  }

  async connect(request: ConnectionRequest, signal: AbortSignal): Promise<Connection> {
    const baseUrl = this.apiUrlFor(request.baseUrl);
    const token = accessTokenOf(request, 'GitHub');
    return readConnection(await this.apiOf({ baseUrl, token }, signal), baseUrl, token);
  }

  /** Needs the scope `read:org`, of a fine-grained token the organisation's members. */
  async isMember(connection: Connection, group: string, signal: AbortSignal): Promise<boolean> {
    const api = await this.apiOf(connection, signal);
    const answer = await whereShown(api.get('/user/memberships/orgs/{org}', { org: group }));
    return answer?.data.text('state') === 'active';
  }

  async getRepositories(connection: Connection, signal: AbortSignal): Promise<RepositoryListing> {
    const api = await this.apiOf(connection, signal);
    return { repositories: await readRepositories(api, connection) };
  }

  /**
   * Commits are those of the default branches; work in progress shows as its pull request. Somebody's
   * are those they are the author of: histories are not searched for co-authors, and to read all of
   * everyone's for the sake of a few would cost most where most people work.
   */
  async *getActions(
    connection: Connection,
    query: ActionQuery,
    signal: AbortSignal,
  ): AsyncGenerator<ActionBatch> {
    const leaving = new AbortController();
    const api = await this.apiOf(connection, AbortSignal.any([signal, leaving.signal]));
    try {
      const repositories = query.repositories ?? (await readRepositories(api, connection));
      yield* new GithubActivity(api, connection, query).read(repositories);
    } finally {
      // Who stops listening early, or meets an error, leaves requests behind.
      leaving.abort();
    }
  }

  /** Octokit is loaded by the first who is connected to GitHub: nobody else need wait for it. */
  private async apiOf(access: GithubAccess, signal: AbortSignal): Promise<GithubApi> {
    const { GithubApi } = await import('./github.api.js');
    return new GithubApi(this.http, access, signal);
  }

  private apiUrlFor(address: string | undefined): string {
    const { GITHUB_API_URL: configured, PROVIDER_HOSTS } = this.environment;
    if (address === undefined || isAddressOf(configured, address)) return configured;
    const url = knownAddress('GitHub', address, configured, PROVIDER_HOSTS);
    return url.origin === new URL(configured).origin ? configured : apiUrlAt(url);
  }
}
