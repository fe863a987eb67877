import type { ActionQuery, ActionType } from '../action.js';
import { ActionSieve } from '../action.sieve.js';
import { readActivity } from '../activity.reader.js';
import type { ActionBatch } from '../base.fetcher.js';
import type { Connection } from '../connection.js';
import type { RepositoryCoverage } from '../coverage.js';
import { CoverageLedger } from '../coverage.ledger.js';
import type { Repository } from '../repository.js';
import type { Gap, Step } from '../step.js';
import type { AzureDevopsApi } from './azure-devops.api.js';
import { placeId } from './azure-devops.mapper.js';
import { AzureDevopsPeople } from './azure-devops.people.js';
import { namesOf } from './azure-devops.repositories.js';
import { CommitStep } from './commit.step.js';
import { ProjectPullRequests } from './project.pull-requests.js';
import { pullRequestLists } from './pull-request.lists.js';
import { PullRequestStep } from './pull-request.step.js';
import { WorkItemQueryStep } from './work-item.step.js';

/** There are releases in Azure DevOps, of pipelines and not of repositories. */
const KINDS: readonly ActionType[] = ['commit', 'pull_request', 'issue', 'review'];

/** One reading of what happened in an organisation: which requests it takes, and what of the answers counts. */
export class AzureDevopsActivity {
  private readonly people: AzureDevopsPeople;
  private readonly kinds: readonly ActionType[];

  constructor(
    private readonly api: AzureDevopsApi,
    private readonly connection: Connection,
    private readonly query: ActionQuery,
  ) {
    this.people = new AzureDevopsPeople(query.authors, connection.viewer);
    this.kinds = KINDS.filter((kind) => query.types.includes(kind));
  }

  /** @param repositories Those to be read: the chosen ones, or all. */
  async *read(repositories: readonly Repository[]): AsyncGenerator<ActionBatch> {
    const readable = repositories.filter((repository) => this.reasonToSkip(repository) === '');
    const ledger = new CoverageLedger(readable, this.kinds);
    for (const gap of this.gapsOfPeople()) ledger.miss(gap);
    const sieve = new ActionSieve(this.query, this.people, this.placesAmong(readable));
    yield { actions: [], coverage: this.skipped(repositories), total: repositories.length };
    for await (const batch of readActivity([this.steps(readable)], ledger, sieve)) {
      const coverage = batch.coverage.map((one) => this.withKinds(one));
      yield { actions: batch.actions, coverage };
    }
  }

  private steps(repositories: readonly Repository[]): Step[] {
    if (this.people.nobody || repositories.length === 0) return [];
    const projects = [...new Set(repositories.map((one) => namesOf(one).project))];
    const groups = projects.map((project) => ({
      members: repositories.filter((one) => namesOf(one).project === project),
      pullRequests: this.pullRequestsOf(project),
    }));
    return [
      ...this.workItems(projects),
      ...groups.flatMap(({ members, pullRequests }) => this.pullRequests(members, pullRequests)),
      ...groups.flatMap(({ members, pullRequests }) => this.commits(members, pullRequests)),
    ];
  }

  private pullRequestsOf(project: string): ProjectPullRequests {
    const lists = pullRequestLists(this.query, this.people);
    return new ProjectPullRequests(this.api, this.connection.baseUrl, project, lists);
  }

  private workItems(projects: readonly string[]): Step[] {
    if (!this.kinds.includes('issue')) return [];
    const { api, people, query, connection } = this;
    const reading = { api, organizationUrl: connection.baseUrl, window: query };
    // People's work is also in projects without a repository.
    const within = this.isAnywhere ? {} : { projects };
    const question = { window: query, people, closed: true, ...within };
    return [new WorkItemQueryStep(reading, question)];
  }

  private pullRequests(members: readonly Repository[], project: ProjectPullRequests): Step[] {
    if (!this.kinds.includes('pull_request') && !this.kinds.includes('review')) return [];
    const { api, query, people, connection } = this;
    const reading = { api, organizationUrl: connection.baseUrl, query, people };
    const ids = members.map(({ id }) => id);
    return [new PullRequestStep(reading, project, ids)];
  }

  /** Of the default branches; work in progress shows as its pull request. An empty repository has none. */
  private commits(members: readonly Repository[], project: ProjectPullRequests): Step[] {
    if (!this.kinds.includes('commit')) return [];
    const { api, query, people, connection } = this;
    const { viewer } = connection;
    const reading = { api, window: query, viewer, author: people.commitAuthor };
    return members
      .filter(({ defaultBranch }) => defaultBranch !== undefined)
      .map((repository) => new CommitStep(reading, repository, project));
  }

  private get isAnywhere(): boolean {
    return !this.query.repositories && !this.people.everyone;
  }

  /** Where actions count: in the repositories, and for work items in their projects; undefined: anywhere. */
  private placesAmong(repositories: readonly Repository[]): ReadonlySet<string> | undefined {
    if (this.isAnywhere) return undefined;
    const { baseUrl } = this.connection;
    const projects = repositories.map((one) => placeId(baseUrl, namesOf(one).project));
    return new Set([...repositories.map(({ id }) => id), ...projects]);
  }

  private skipped(repositories: readonly Repository[]): RepositoryCoverage[] {
    return repositories.flatMap((repository) => {
      const { id, fullName } = repository;
      const reason = this.reasonToSkip(repository);
      return reason === '' ? [] : [{ id, fullName, status: 'skipped' as const, reason }];
    });
  }

  private reasonToSkip({ archived }: Repository): string {
    if (archived) return 'it is disabled in Azure DevOps';
    return this.kinds.length === 0 ? 'Azure DevOps has no releases of repositories' : '';
  }

  /** What was read is complete only for what there is. */
  private withKinds(coverage: RepositoryCoverage): RepositoryCoverage {
    const all = this.kinds.length === this.query.types.length;
    return all || coverage.status !== 'complete' ? coverage : { ...coverage, kinds: this.kinds };
  }

  private gapsOfPeople(): Gap[] {
    if (this.people.otherLogins.length === 0 || !this.kinds.includes('commit')) return [];
    const reason = 'Azure DevOps knows who wrote a commit by e-mail address, not by login';
    return [{ kinds: ['commit'], reason, total: false }];
  }
}
