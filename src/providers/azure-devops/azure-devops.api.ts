import type { GitApi } from 'azure-devops-node-api/GitApi.js';
import type {
  PullRequestStatus,
  PullRequestTimeRangeType,
} from 'azure-devops-node-api/interfaces/GitInterfaces.js';
import type { LocationsApi } from 'azure-devops-node-api/LocationsApi.js';
import type { WorkItemTrackingApi } from 'azure-devops-node-api/WorkItemTrackingApi.js';
import { DomainError } from '../../errors/domain.error.js';
import { AnswerReader } from '../http/answer.reader.js';
import type { OutboundHttp } from '../http/outbound-http.js';
import { AzureDevopsTransport } from './azure-devops.transport.js';
import type { ResourceLocations } from './resource.locations.js';

export interface AzureDevopsAccess {
  /** The organisation's address: `https://dev.azure.com/fabrikam`. */
  readonly baseUrl: string;
  readonly token?: string;
}

/** A repository by its names, as the addresses of the API have them. */
export interface RepositoryName {
  readonly project: string;
  readonly name: string;
}

export interface Page {
  readonly skip: number;
  readonly top: number;
}

export interface CommitQuestion {
  /** A name or an address, or a part of one; absent: everyone's. */
  readonly author?: string;
  readonly branch?: string;
  /** Both inclusive. */
  readonly since: Date;
  readonly until: Date;
}

/** Which pull requests were opened or ended in a time; both its ends are inclusive. */
export interface PullRequestQuestion {
  readonly status: keyof typeof PullRequestStatus;
  readonly by: keyof typeof PullRequestTimeRangeType;
  readonly since: Date;
  readonly until: Date;
  /** Accounts, by their identifiers. */
  readonly creatorId?: string;
  readonly reviewerId?: string;
}

const SECOND = 1_000;
/** What the SDK's clients have in common. */
type Client = Pick<GitApi, 'rest'>;

/**
 * An organisation as one credential sees it, until the signal aborts. Errors are `DomainError`s. The
 * SDK is heavy, so its parts are loaded when they are first needed.
 */
export class AzureDevopsApi {
  private readonly url: string;
  private readonly transport: AzureDevopsTransport;
  private git?: Promise<GitApi>;
  private workItemTracking?: Promise<WorkItemTrackingApi>;

  constructor(
    http: OutboundHttp,
    access: AzureDevopsAccess,
    locations: ResourceLocations,
    private readonly signal: AbortSignal,
  ) {
    this.url = access.baseUrl;
    this.transport = new AzureDevopsTransport(http, access, locations, signal);
  }

  /** Who holds the token. */
  async connectionData(): Promise<AnswerReader> {
    const { LocationsApi } = await import('azure-devops-node-api/LocationsApi.js');
    const api: LocationsApi = this.carried(new LocationsApi(this.url, []));
    return this.read(() => api.getConnectionData());
  }

  /** Those of all projects at once. */
  async repositories(): Promise<AnswerReader[]> {
    const api = await this.gitApi();
    const answer = await this.read(() => api.getRepositories());
    return answer.items();
  }

  async commits(
    { project, name }: RepositoryName,
    { author, branch, since, until }: CommitQuestion,
    { skip, top }: Page,
  ): Promise<AnswerReader[]> {
    const api = await this.gitApi();
    const { GitVersionType } = await gitInterfaces();
    const criteria = {
      author,
      fromDate: since.toISOString(),
      toDate: until.toISOString(),
      itemVersion: { version: branch, versionType: GitVersionType.Branch },
    };
    const answer = await this.read(() => api.getCommits(name, criteria, project, skip, top));
    return answer.items();
  }

  async pullRequests(
    project: string,
    { status, by, since, until, creatorId, reviewerId }: PullRequestQuestion,
    { skip, top }: Page,
  ): Promise<AnswerReader[]> {
    const api = await this.gitApi();
    const { PullRequestStatus, PullRequestTimeRangeType } = await gitInterfaces();
    const criteria = {
      status: PullRequestStatus[status],
      queryTimeRangeType: PullRequestTimeRangeType[by],
      minTime: since,
      // The SDK writes whole seconds and forgets the rest.
      maxTime: new Date(until.getTime() + SECOND),
      creatorId,
      reviewerId,
    };
    const answer = await this.read(() =>
      api.getPullRequestsByProject(project, criteria, undefined, skip, top),
    );
    return answer.items();
  }

  /** What was said and done on a pull request. */
  async threads({ project, name }: RepositoryName, number: number): Promise<AnswerReader[]> {
    const api = await this.gitApi();
    const answer = await this.read(() => api.getThreads(name, number, project));
    return answer.items();
  }

  /** The numbers of the work items that a query in WIQL finds, at most `top`. */
  async workItemNumbers(query: string, top: number): Promise<number[]> {
    const api = await this.workItemTrackingApi();
    const answer = await this.read(() => api.queryByWiql({ query }, undefined, true, top));
    return answer.list('workItems').map((item) => item.number('id'));
  }

  /** At most 200. Those that are gone or not to be seen are left out. */
  async workItems(
    ids: readonly number[],
    fields: readonly string[],
  ): Promise<readonly AnswerReader[]> {
    const api = await this.workItemTrackingApi();
    const { WorkItemErrorPolicy } =
      await import('azure-devops-node-api/interfaces/WorkItemTrackingInterfaces.js');
    const { Omit: errorPolicy } = WorkItemErrorPolicy;
    const request = { ids: [...ids], fields: [...fields], errorPolicy };
    const answer = await this.read(() => api.getWorkItemsBatch(request));
    return answer.items();
  }

  private gitApi(): Promise<GitApi> {
    this.git ??= import('azure-devops-node-api/GitApi.js').then(({ GitApi }) =>
      this.carried(new GitApi(this.url, [])),
    );
    return this.git;
  }

  private workItemTrackingApi(): Promise<WorkItemTrackingApi> {
    this.workItemTracking ??= import('azure-devops-node-api/WorkItemTrackingApi.js').then(
      ({ WorkItemTrackingApi }) => this.carried(new WorkItemTrackingApi(this.url, [])),
    );
    return this.workItemTracking;
  }

  private carried<T extends Client>(api: T): T {
    this.transport.carry(api.rest.client);
    return api;
  }

  private async read(ask: () => Promise<unknown>): Promise<AnswerReader> {
    try {
      return new AnswerReader('Azure DevOps', await ask());
    } catch (cause) {
      this.signal.throwIfAborted();
      if (cause instanceof DomainError) throw cause;
      const detail = 'Azure DevOps answered in a form not known here';
      throw new DomainError('provider_failed', detail, { cause });
    }
  }
}

function gitInterfaces() {
  return import('azure-devops-node-api/interfaces/GitInterfaces.js');
}
