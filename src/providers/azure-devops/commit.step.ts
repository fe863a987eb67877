import type { ActionQuery } from '../action.js';
import type { Viewer } from '../connection.js';
import type { Repository } from '../repository.js';
import type { Step, StepOutcome } from '../step.js';
import type { AzureDevopsApi } from './azure-devops.api.js';
import { commitAction } from './azure-devops.mapper.js';
import { namesOf } from './azure-devops.repositories.js';
import type { ProjectPullRequests } from './project.pull-requests.js';

/** What servers give without being asked for more. */
const PAGE_SIZE = 100;

const UNTOLD = 'Azure DevOps does not tell which pull requests the commits came with';

export interface CommitReading {
  readonly api: AzureDevopsApi;
  readonly window: Pick<ActionQuery, 'since' | 'until'>;
  readonly viewer: Viewer | undefined;
  /** Whose; absent: everyone's. */
  readonly author: string | undefined;
}

/** Reads a page of the commits of a repository's default branch, which may lead to the next page. */
export class CommitStep implements Step {
  readonly repositories: readonly string[];
  readonly kinds = ['commit'] as const;

  constructor(
    private readonly reading: CommitReading,
    private readonly repository: Repository,
    private readonly pullRequests: ProjectPullRequests,
    private readonly skip = 0,
  ) {
    this.repositories = [repository.id];
  }

  async run(): Promise<StepOutcome> {
    const { kinds, repositories } = this;
    const { viewer } = this.reading;
    const [page, merged] = await Promise.all([this.read(), this.pullRequests.byMergeCommit()]);
    const { id, fullName, url } = this.repository;
    const actions = page.map((commit) => {
      const action = commitAction(commit, { id, fullName, url }, viewer);
      const pullRequest = merged?.get(action.sha ?? '');
      return pullRequest ? { ...action, pullRequest } : action;
    });
    return {
      actions,
      next: page.length < PAGE_SIZE ? [] : [this.nextPage()],
      gaps:
        merged || page.length === 0 ? [] : [{ kinds, repositories, reason: UNTOLD, total: false }],
    };
  }

  private read() {
    const { api, author, window } = this.reading;
    const { since, until } = window;
    const question = { author, since, until, branch: this.repository.defaultBranch };
    return api.commits(namesOf(this.repository), question, { skip: this.skip, top: PAGE_SIZE });
  }

  private nextPage(): Step {
    const { reading, repository, pullRequests, skip } = this;
    return new CommitStep(reading, repository, pullRequests, skip + PAGE_SIZE);
  }
}
