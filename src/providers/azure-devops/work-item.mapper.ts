import type { Action } from '../action.js';
import type { AnswerReader } from '../http/answer.reader.js';
import { plainLine } from '../plain-text.js';
import { isWithin, type TimeWindow } from '../time-window.js';
import { accountAuthor, placeId } from './azure-devops.mapper.js';
import { webAddress } from './web-address.js';
import { CLOSED_DATE, CREATED_DATE } from './work-item.query.js';

const FIELDS = ['System.TeamProject', 'System.Title', 'System.CreatedBy', 'System.Tags'];

/** What to ask for. Descriptions are HTML, and long: the title has to do. */
export function workItemFields(closed: boolean): string[] {
  return [...FIELDS, CREATED_DATE, ...(closed ? [CLOSED_DATE] : [])];
}

/**
 * A work item as an issue, at the latest of its opening and closing inside the window; undefined
 * where neither is. It belongs to a project and to none of its repositories.
 */
export function workItemAction(
  item: AnswerReader,
  organizationUrl: string,
  window: TimeWindow,
): Action | undefined {
  const fields = item.object('fields');
  const opened = { at: fields.instant(CREATED_DATE), state: 'opened' as const };
  const closedAt = fields.optionalInstant(CLOSED_DATE);
  const closed = closedAt === undefined ? [] : [{ at: closedAt, state: 'closed' as const }];
  const latest = [opened, ...closed].findLast(({ at }) => isWithin(window, at));
  if (!latest) return undefined;
  const project = fields.text('System.TeamProject');
  const id = placeId(organizationUrl, project);
  const number = item.number('id');
  return {
    id: `${id}#issue:${number}`,
    provider: 'azure-devops',
    repository: { id, fullName: project, url: webAddress(organizationUrl, project) },
    type: 'issue',
    title: plainLine(fields.optionalText('System.Title') ?? '') || `#${number}`,
    author: accountAuthor(fields.optionalObject('System.CreatedBy')),
    coAuthors: [],
    timestamp: latest.at,
    url: webAddress(organizationUrl, project, '_workitems', 'edit', String(number)),
    number,
    state: latest.state,
    labels: fields.optionalText('System.Tags')?.split('; ') ?? [],
  };
}
