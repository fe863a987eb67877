import type { ActionQuery, ActionType } from '../action.js';
import type { AnswerReader } from '../http/answer.reader.js';
import type { Step, StepOutcome } from '../step.js';
import type { AzureDevopsApi } from './azure-devops.api.js';
import { accountAuthor } from './azure-devops.mapper.js';
import type { AzureDevopsPeople } from './azure-devops.people.js';
import type { ProjectPullRequests } from './project.pull-requests.js';
import { pullRequestAction, repositoryOf } from './pull-request.mapper.js';
import { VoteStep } from './vote.step.js';

export interface PullRequestReading {
  readonly api: AzureDevopsApi;
  readonly organizationUrl: string;
  readonly query: ActionQuery;
  readonly people: AzureDevopsPeople;
}

const KINDS: readonly ActionType[] = ['pull_request', 'review'];

/** Reads the pull requests of a project, which lead to the votes on them. */
export class PullRequestStep implements Step {
  readonly kinds: readonly ActionType[];

  /** @param repositories The ids of the project's repositories that are to be read. */
  constructor(
    private readonly reading: PullRequestReading,
    private readonly project: ProjectPullRequests,
    readonly repositories: readonly string[],
  ) {
    this.kinds = KINDS.filter((kind) => reading.query.types.includes(kind));
  }

  async run(): Promise<StepOutcome> {
    const { organizationUrl, query } = this.reading;
    const { pulls, incomplete } = await this.project.read();
    const actions = pulls.flatMap((pull) => pullRequestAction(pull, organizationUrl, query) ?? []);
    const reason = 'more pull requests ended in one second than Azure DevOps shows';
    const { repositories, kinds } = this;
    return {
      actions: this.kinds.includes('pull_request') ? actions : [],
      next: this.kinds.includes('review') ? this.votes(pulls) : [],
      gaps: incomplete ? [{ repositories, kinds, reason, total: false }] : [],
    };
  }

  private votes(pulls: readonly AnswerReader[]): Step[] {
    const { api, organizationUrl } = this.reading;
    return pulls
      .filter((pull) => this.hasWantedVote(pull))
      .map((pull) => ({ pull, repository: repositoryOf(pull, organizationUrl) }))
      .filter(({ repository }) => this.repositories.includes(repository.id))
      .map(({ pull, repository }) => new VoteStep(api, pull, repository));
  }

  /** A vote of a group is told with those of its members. What was taken back since is not looked for. */
  private hasWantedVote(pull: AnswerReader): boolean {
    const { people, query } = this.reading;
    return (pull.optionalObject('reviewers')?.items() ?? [])
      .filter((reviewer) => (reviewer.optionalNumber('vote') ?? 0) !== 0)
      .map((reviewer) => accountAuthor(reviewer))
      .some((voter) => (query.includeBots || !voter.bot) && people.include([voter]));
  }
}
