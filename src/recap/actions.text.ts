import { DateTime } from 'luxon';
import type { Action } from '../providers/action.js';
import { isComplete } from '../providers/coverage.js';
import type { Activity } from './activity.service.js';

const NOTHING_READ = 'No actions were found in what could be read.';

/** The actions as plain text, grouped by calendar day in the time zone and by repository. */
export function actionsAsText({ actions, coverage }: Activity, timeZone: string): string {
  const local = (action: Action): DateTime =>
    DateTime.fromISO(action.timestamp, { zone: timeZone, locale: 'en' });
  const lines: string[] = [];
  let day = '';
  let repository = '';
  for (const action of actions) {
    const time = local(action);
    const actionDay = time.toFormat('yyyy-MM-dd cccc');
    if (actionDay !== day) {
      lines.push('', actionDay);
      day = actionDay;
      repository = '';
    }
    if (action.repository.fullName !== repository) {
      repository = action.repository.fullName;
      lines.push(`  ${repository}`);
    }
    lines.push(`    ${time.toFormat('HH:mm')} ${describe(action)}`);
  }
  if (actions.length === 0) {
    lines.push('', isComplete(coverage) ? 'Nothing happened.' : NOTHING_READ);
  }
  lines.push('', ...coverageLines(coverage, timeZone), '');
  return lines.join('\n').trimStart();
}

function describe({ type, sha, number, state, title, author, url }: Action): string {
  const name = sha ? sha.slice(0, 10) : number === undefined ? '' : `#${String(number)}`;
  const what = [type.replace('_', ' '), name, state].filter(Boolean).join(' ');
  return `${what}: ${title} (${author.name}) <${url}>`;
}

function coverageLines(coverage: Activity['coverage'], timeZone: string): string[] {
  const instant = (text: string): string =>
    DateTime.fromISO(text, { zone: timeZone }).toFormat('yyyy-MM-dd HH:mm');
  const gaps = [
    ...coverage.connections.map(({ id, status, reason }) => ({ name: id, status, reason })),
    ...coverage.repositories.map(({ fullName, status, reason }) => ({
      name: fullName,
      status,
      reason,
    })),
  ].filter(({ status, reason }) => status !== 'complete' && reason !== undefined);
  return [
    `From ${instant(coverage.from)} to ${instant(coverage.to)}, ${timeZone}.`,
    ...(coverage.truncated ? ['There are more actions: raise limit or follow the cursor.'] : []),
    ...gaps.map(({ name, status, reason }) => `Not complete: ${name} ${status}: ${reason ?? ''}`),
  ];
}
