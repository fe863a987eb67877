import type { PullRequestReference } from '../action.js';
import type { AnswerReader } from '../http/answer.reader.js';
import { halve } from '../time-window.js';
import type { AzureDevopsApi, PullRequestQuestion } from './azure-devops.api.js';
import { mergeCommitOf, referenceOf, repositoryOf } from './pull-request.mapper.js';

/** A full page has a next one; servers give no more than 101 unless they are asked to. */
const PAGE_SIZE = 100;
/** As far as one list goes. */
const MAX_RESULTS = 1_000;

interface Found {
  readonly pulls: readonly AnswerReader[];
  /** More ended in one second than a list shows. */
  readonly incomplete: boolean;
}

/** The pull requests of one project, read once for all who want to know. */
export class ProjectPullRequests {
  private found?: Promise<Found>;

  constructor(
    private readonly api: AzureDevopsApi,
    private readonly organizationUrl: string,
    private readonly project: string,
    private readonly lists: readonly PullRequestQuestion[],
  ) {}

  read(): Promise<Found> {
    this.found ??= this.readLists();
    return this.found;
  }

  /** What became of pull requests, by commit; undefined where they cannot be read: the commits still can. */
  async byMergeCommit(): Promise<ReadonlyMap<string, PullRequestReference> | undefined> {
    const found = await this.read().catch(() => undefined);
    const merged = found?.pulls.flatMap((pull): [string, PullRequestReference][] => {
      const sha = mergeCommitOf(pull);
      if (sha === undefined) return [];
      return [[sha, referenceOf(pull, repositoryOf(pull, this.organizationUrl))]];
    });
    return merged && new Map(merged);
  }

  private async readLists(): Promise<Found> {
    const found = await Promise.all(this.lists.map((list) => this.readList(list)));
    return together(found);
  }

  private async readList(list: PullRequestQuestion): Promise<Found> {
    const pulls: AnswerReader[] = [];
    while (pulls.length < MAX_RESULTS) {
      const next = { skip: pulls.length, top: PAGE_SIZE };
      const page = await this.api.pullRequests(this.project, list, next);
      pulls.push(...page);
      if (page.length < PAGE_SIZE) return { pulls, incomplete: false };
    }
    const halves = halve(list)?.map((half) => this.readList({ ...list, ...half }));
    return halves ? together(await Promise.all(halves)) : { pulls, incomplete: true };
  }
}

/** Each pull request once: one that was opened and ended in the window is in both lists. */
function together(found: readonly Found[]): Found {
  const pulls = found.flatMap((some) => some.pulls);
  const distinct = new Map(pulls.map((pull) => [pull.number('pullRequestId'), pull]));
  return { pulls: [...distinct.values()], incomplete: found.some((some) => some.incomplete) };
}
