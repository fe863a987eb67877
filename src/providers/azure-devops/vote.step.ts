import type { Action, ActionState } from '../action.js';
import type { AnswerReader } from '../http/answer.reader.js';
import type { RepositoryReference } from '../repository.js';
import type { Step, StepOutcome } from '../step.js';
import type { AzureDevopsApi } from './azure-devops.api.js';
import { accountAuthor } from './azure-devops.mapper.js';
import { namesOf } from './azure-devops.repositories.js';
import { referenceOf } from './pull-request.mapper.js';

/** https://learn.microsoft.com/rest/api/azure/devops/git/pull-request-reviewers; 0 takes a vote back. */
const STATES: Readonly<Record<string, ActionState>> = {
  '10': 'approved',
  '5': 'approved',
  '-5': 'changes_requested',
  '-10': 'changes_requested',
};

/** Reads how people voted on a pull request. Its list tells the votes, only its threads tell when. */
export class VoteStep implements Step {
  readonly repositories: readonly string[];
  readonly kinds = ['review'] as const;

  constructor(
    private readonly api: AzureDevopsApi,
    private readonly pull: AnswerReader,
    private readonly repository: RepositoryReference,
  ) {
    this.repositories = [repository.id];
  }

  async run(): Promise<StepOutcome> {
    const { number } = referenceOf(this.pull, this.repository);
    const threads = await this.api.threads(namesOf(this.repository), number);
    return { actions: threads.flatMap((thread) => this.toAction(thread) ?? []) };
  }

  /** Undefined for a conversation, and for what else happens to a pull request. */
  private toAction(thread: AnswerReader): Action | undefined {
    const state = STATES[propertyOf(thread, 'CodeReviewVoteResult') ?? ''];
    if (!state || propertyOf(thread, 'CodeReviewThreadType') !== 'VoteUpdate') return undefined;
    const pullRequest = referenceOf(this.pull, this.repository);
    return {
      id: `${this.repository.id}#review:${pullRequest.number}-${thread.number('id')}`,
      provider: 'azure-devops',
      repository: this.repository,
      type: 'review',
      title: pullRequest.title,
      author: accountAuthor(this.voterOf(thread)),
      coAuthors: [],
      timestamp: thread.instant('publishedDate'),
      url: pullRequest.url,
      number: pullRequest.number,
      state,
      labels: [],
      pullRequest,
    };
  }

  /** Named by the key of one of the thread's identities; by older servers by the account's id. */
  private voterOf(thread: AnswerReader): AnswerReader | undefined {
    const key = propertyOf(thread, 'CodeReviewVotedByIdentity');
    if (key !== undefined) return thread.optionalObject('identities')?.optionalObject(key);
    const id = propertyOf(thread, 'CodeReviewVotedByTfId');
    return this.pull.list('reviewers').find((reviewer) => reviewer.text('id') === id);
  }
}

/** Properties come with their type: `{"$type": "System.String", "$value": "10"}`. */
function propertyOf(thread: AnswerReader, name: string): string | undefined {
  return thread.optionalObject('properties')?.optionalObject(name)?.optionalText('$value');
}
