import { Injectable } from '@nestjs/common';
import { Environment } from '../../config/environment.js';
import { accessTokenOf } from '../access-token.js';
import type { ActionQuery } from '../action.js';
import { type ActionBatch, BaseFetcher, type RepositoryListing } from '../base.fetcher.js';
import type { Connection, ConnectionRequest } from '../connection.js';
import { OutboundHttp } from '../http/outbound-http.js';
import { knownAddress } from '../provider-address.js';
import { withoutTrailingSlashes } from '../trailing-slashes.js';
import { GitlabActivity } from './gitlab.activity.js';
import type { GitlabAccess, GitlabApi } from './gitlab.api.js';
import { readRepositories } from './gitlab.repositories.js';
import { readConnection, whereGranted } from './gitlab.viewer.js';

/** gitlab.com and self-managed GitLab, read as the holder of a token. */
@Injectable()
export class GitlabFetcher extends BaseFetcher {
  readonly provider = 'gitlab';

  constructor(
    private readonly http: OutboundHttp,
    private readonly environment: Environment,
  ) {
    super();
  }

  async connect(request: ConnectionRequest, signal: AbortSignal): Promise<Connection> {
    const baseUrl = this.addressFor(request.baseUrl);
    const token = accessTokenOf(request, 'GitLab');
    return readConnection(await this.apiOf({ baseUrl, token }, signal), baseUrl, token);
  }

  async isMember(connection: Connection, group: string, signal: AbortSignal): Promise<boolean> {
    const api = await this.apiOf(connection, signal);
    const member = await whereGranted(api.member(group, Number(connection.viewer?.id)));
    return member?.text('state') === 'active';
  }

  async getRepositories(connection: Connection, signal: AbortSignal): Promise<RepositoryListing> {
    const api = await this.apiOf(connection, signal);
    return { repositories: await readRepositories(api, connection) };
  }

  /** Commits are those of all branches. Reviews are approvals. */
  async *getActions(
    connection: Connection,
    query: ActionQuery,
    signal: AbortSignal,
  ): AsyncGenerator<ActionBatch> {
    const leaving = new AbortController();
    const api = await this.apiOf(connection, AbortSignal.any([signal, leaving.signal]));
    try {
      const repositories = query.repositories ?? (await readRepositories(api, connection));
      yield* new GitlabActivity(api, connection, query).read(repositories);
    } finally {
      // Who stops listening early, or meets an error, leaves requests behind.
      leaving.abort();
    }
  }

  /** Gitbeaker is loaded by the first who is connected to GitLab: nobody else need wait for it. */
  private async apiOf(access: GitlabAccess, signal: AbortSignal): Promise<GitlabApi> {
    const { GitlabApi } = await import('./gitlab.api.js');
    return new GitlabApi(this.http, access, signal);
  }

  private addressFor(address: string | undefined): string {
    const { GITLAB_URL, PROVIDER_HOSTS } = this.environment;
    if (address === undefined) return GITLAB_URL;
    const { origin, pathname } = knownAddress('GitLab', address, GITLAB_URL, PROVIDER_HOSTS);
    const isConfigured = origin === new URL(GITLAB_URL).origin;
    return isConfigured ? GITLAB_URL : `${origin}${withoutTrailingSlashes(pathname)}`;
  }
}
