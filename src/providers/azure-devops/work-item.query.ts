import type { TimeWindow } from '../time-window.js';
import type { AzureDevopsPeople } from './azure-devops.people.js';

/** Set by every process of Microsoft's own; one that somebody made need not have it. */
export const CLOSED_DATE = 'Microsoft.VSTS.Common.ClosedDate';
export const CREATED_DATE = 'System.CreatedDate';

export interface WorkItemQuestion {
  readonly window: TimeWindow;
  readonly people: AzureDevopsPeople;
  /** The names of projects; absent: any. */
  readonly projects?: readonly string[];
  /** Whether to ask also for those that were closed in the window. */
  readonly closed: boolean;
}

/** The work items that were opened or closed in a window, in WIQL. */
export function workItemQuery({ window, people, projects, closed }: WorkItemQuestion): string {
  const dates = closed ? [CREATED_DATE, CLOSED_DATE] : [CREATED_DATE];
  const conditions = [
    dates.map((date) => within(date, window)),
    authors(people),
    (projects ?? []).map((project) => `[System.TeamProject] = ${quoted(project)}`),
  ];
  const where = conditions
    .filter((alternatives) => alternatives.length > 0)
    .map((alternatives) => `(${alternatives.join(' OR ')})`)
    .join(' AND ');
  return `SELECT [System.Id] FROM WorkItems WHERE ${where}`;
}

function within(field: string, { since, until }: TimeWindow): string {
  const [from, to] = [since, until].map((date) => quoted(date.toISOString()));
  return `([${field}] >= ${from} AND [${field}] < ${to})`;
}

function authors(people: AzureDevopsPeople): string[] {
  if (people.everyone) return [];
  const names = [...people.otherLogins, ...people.emails].map(quoted);
  return [...(people.wantsViewer ? ['@Me'] : []), ...names].map(
    (name) => `[System.CreatedBy] = ${name}`,
  );
}

/** https://learn.microsoft.com/azure/devops/boards/queries/wiql-syntax: a quote is written twice. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
