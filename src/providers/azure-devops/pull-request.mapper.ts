import type { Action, ActionState, PullRequestReference } from '../action.js';
import type { AnswerReader } from '../http/answer.reader.js';
import { plainLine, plainText } from '../plain-text.js';
import type { RepositoryReference } from '../repository.js';
import { isWithin, type TimeWindow } from '../time-window.js';
import { accountAuthor, placeId } from './azure-devops.mapper.js';
import { webAddress } from './web-address.js';

/** `PullRequestStatus.Completed`, as the SDK has it. */
const COMPLETED = 3;

/**
 * A pull request of a list, at the latest of its opening and its end inside the window; undefined
 * where neither is. Lists cut descriptions at 400 characters.
 */
export function pullRequestAction(
  pull: AnswerReader,
  organizationUrl: string,
  window: TimeWindow,
): Action | undefined {
  const latest = momentsOf(pull).findLast(({ at }) => isWithin(window, at));
  if (!latest) return undefined;
  const repository = repositoryOf(pull, organizationUrl);
  const { number, title, url } = referenceOf(pull, repository);
  const body = plainText(pull.optionalText('description') ?? '');
  return {
    id: `${repository.id}#pull_request:${number}`,
    provider: 'azure-devops',
    repository,
    type: 'pull_request',
    title,
    ...(body !== '' && { body }),
    author: accountAuthor(pull.optionalObject('createdBy')),
    coAuthors: [],
    timestamp: latest.at,
    url,
    number,
    state: latest.state,
    labels: (pull.optionalObject('labels')?.items() ?? []).map((label) => label.text('name')),
  };
}

export function repositoryOf(pull: AnswerReader, organizationUrl: string): RepositoryReference {
  const repository = pull.object('repository');
  const [project, name] = [repository.object('project').text('name'), repository.text('name')];
  const fullName = `${project}/${name}`;
  const url = webAddress(organizationUrl, project, '_git', name);
  return { id: placeId(organizationUrl, fullName), fullName, url };
}

export function referenceOf(
  pull: AnswerReader,
  repository: RepositoryReference,
): PullRequestReference {
  const number = pull.number('pullRequestId');
  const title = plainLine(pull.optionalText('title') ?? '') || `!${number}`;
  return { number, title, url: `${repository.url}/pullrequest/${number}` };
}

/** The commit that a completed pull request became on its target branch. */
export function mergeCommitOf(pull: AnswerReader): string | undefined {
  if (pull.number('status') !== COMPLETED) return undefined;
  return pull.optionalObject('lastMergeCommit')?.optionalText('commitId');
}

/** Oldest first. */
function momentsOf(pull: AnswerReader): { at: string; state: ActionState }[] {
  const opened = { at: pull.instant('creationDate'), state: 'opened' as const };
  const closedAt = pull.optionalInstant('closedDate');
  if (closedAt === undefined) return [opened];
  const merged = pull.number('status') === COMPLETED;
  return [opened, { at: closedAt, state: merged ? 'merged' : 'closed' }];
}
