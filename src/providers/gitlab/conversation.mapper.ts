import type { Action, ActionState } from '../action.js';
import type { AnswerReader } from '../http/answer.reader.js';
import { plainLine, plainText } from '../plain-text.js';
import type { RepositoryReference } from '../repository.js';
import { isWithin, type TimeWindow } from '../time-window.js';
import { repositoryId } from './gitlab.address.js';
import { accountAuthor } from './gitlab.mapper.js';

export type ConversationType = 'pull_request' | 'issue';

/**
 * An issue or merge request at the latest of its opening, merging and closing inside the window;
 * undefined where none of them is.
 */
export function conversationAction(
  found: AnswerReader,
  type: ConversationType,
  baseUrl: string,
  window: TimeWindow,
): Action | undefined {
  const latest = momentsOf(found).findLast(({ at }) => isWithin(window, at));
  if (!latest) return undefined;
  const repository = repositoryOf(found, baseUrl);
  const number = found.number('iid');
  const body = plainText(found.optionalText('description') ?? '');
  return {
    id: `${repository.id}#${type}:${number}`,
    provider: 'gitlab',
    repository,
    type,
    title: plainLine(found.text('title')) || `${type === 'issue' ? '#' : '!'}${number}`,
    ...(body !== '' && { body }),
    author: accountAuthor(found.optionalObject('author')),
    coAuthors: [],
    timestamp: latest.at,
    url: found.text('web_url'),
    number,
    state: latest.state,
    labels: found.optionalObject('labels')?.texts() ?? [],
  };
}

/** Oldest first. A merge request is merged or closed; reopened it is neither. */
function momentsOf(found: AnswerReader): { at: string; state: ActionState }[] {
  const opened = { at: found.instant('created_at'), state: 'opened' as const };
  const mergedAt = found.optionalInstant('merged_at');
  if (mergedAt !== undefined) return [opened, { at: mergedAt, state: 'merged' }];
  const closedAt = found.optionalInstant('closed_at');
  if (closedAt !== undefined) return [opened, { at: closedAt, state: 'closed' }];
  return [opened];
}

/** `references.full` is `group/subgroup/project!12`, or with a `#` where it is an issue. */
function repositoryOf(found: AnswerReader, baseUrl: string): RepositoryReference {
  const fullName = found
    .object('references')
    .text('full')
    .replace(/[!#]\d+$/, '');
  const [url = ''] = found.text('web_url').split('/-/');
  return { id: repositoryId(baseUrl, found.number('project_id')), fullName, url };
}
