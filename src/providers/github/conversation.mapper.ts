import type { Action, ActionState } from '../action.js';
import type { AnswerReader } from '../http/answer.reader.js';
import { plainLine, plainText } from '../plain-text.js';
import type { RepositoryReference } from '../repository.js';
import { isWithin, type TimeWindow } from '../time-window.js';
import { actorAuthor, repositoryId } from './github.mapper.js';

export type ConversationType = 'pull_request' | 'issue';

/**
 * An issue or pull request of the REST search, at the latest of its opening, merging and closing
 * inside the window; undefined where none of them is.
 */
export function conversationAction(
  found: AnswerReader,
  type: ConversationType,
  apiUrl: string,
  window: TimeWindow,
): Action | undefined {
  const latest = momentsOf(found).findLast(({ at }) => isWithin(window, at));
  if (!latest) return undefined;
  const repository = repositoryOf(found, apiUrl);
  const number = found.number('number');
  const body = plainText(found.optionalText('body') ?? '');
  return {
    id: `${repository.id}#${type}:${number}`,
    provider: 'github',
    repository,
    type,
    title: plainLine(found.text('title')) || `#${number}`,
    ...(body !== '' && { body }),
    author: actorAuthor(found.optionalObject('user')),
    coAuthors: [],
    timestamp: latest.at,
    url: found.text('html_url'),
    number,
    state: latest.state,
    labels: found.list('labels').map((label) => label.text('name')),
  };
}

/** Oldest first. A merged pull request is closed too, at the same moment. */
function momentsOf(found: AnswerReader): { at: string; state: ActionState }[] {
  const mergedAt = found.optionalObject('pull_request')?.optionalInstant('merged_at');
  const closedAt = mergedAt ?? found.optionalInstant('closed_at');
  const opened = { at: found.instant('created_at'), state: 'opened' as const };
  if (closedAt === undefined) return [opened];
  return [opened, { at: closedAt, state: mergedAt === undefined ? 'closed' : 'merged' }];
}

/** The search names the repository by its API address only: `…/repos/octocat/hello-world`. */
function repositoryOf(found: AnswerReader, apiUrl: string): RepositoryReference {
  const fullName = found.text('repository_url').split('/').slice(-2).join('/');
  const [url = ''] = found.text('html_url').split(/\/(?:issues|pull)\/\d+$/);
  return { id: repositoryId(apiUrl, fullName), fullName, url };
}
