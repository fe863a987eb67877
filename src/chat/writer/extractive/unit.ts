import type { Action } from '../../../providers/action.js';
import type { RepositoryReference } from '../../../providers/repository.js';
import { isBump, isNoise, mergedPullRequest } from './noise.js';
import { parseSubject, titleKey, type Subject } from './subject.js';

/** The smallest thing worth a bullet: a pull request, issue or release with all that belongs to it, or a change. */
export interface Unit {
  readonly repository: RepositoryReference;
  readonly subject: Subject;
  /** The action that gave the subject. */
  readonly lead: Action;
  /** All of them: the lead, then newest first. */
  readonly actions: readonly Action[];
  /** Nothing in it tells a reader anything. */
  readonly noise: boolean;
}

/** An action with what its title tells and the key of its unit. */
interface Reading {
  readonly action: Action;
  readonly subject: Subject;
  readonly noise: boolean;
  readonly key: string;
  readonly pullRequest?: { readonly number: number; readonly title: string };
}

/** Gathers readings, newest first, into units, in one pass. */
export class UnitCollector {
  private readonly readings: Reading[] = [];
  /** Issue keys and the key of the pull request that closes them. */
  private readonly closedBy = new Map<string, string>();

  add(action: Action): void {
    const reading = read(action);
    this.readings.push(reading);

    if (!reading.key.includes('#pull:')) return;
    const closed = issueNumbers(action).map((number) => issueKey(action, number));
    for (const key of closed) if (!this.closedBy.has(key)) this.closedBy.set(key, reading.key);
  }

  collect(): Unit[] {
    const groups = new Map<string, Reading[]>();
    for (const reading of this.readings) {
      const key = this.closedBy.get(reading.key) ?? reading.key;
      const group = groups.get(key);
      if (group) group.push(reading);
      else groups.set(key, [reading]);
    }
    return [...groups.values()].map(toUnit);
  }
}

const CLOSES = /\b(?:fix(?:es|ed)?|close[sd]?|resolve[sd]?|refs?|part of):? +#(\d{1,9})\b/gi;

const issueNumbers = ({ title, body = '' }: Action): number[] =>
  [...`${title}\n${body}`.matchAll(CLOSES)].map(([, number]) => Number(number));

const issueKey = ({ repository }: Action, number: number): string =>
  `${repository.id}#issue:${number}`;

const read = (action: Action): Reading => {
  const pullRequest = action.pullRequest ?? mergedPullRequest(action);
  const subject = subjectOf(action);
  const base = { action, subject, pullRequest, noise: isNoise(action, subject) };
  const key = (rest: string): string => `${action.repository.id}#${rest}`;

  if (action.type === 'release') return { ...base, key: key(`release:${action.id}`) };
  if (action.type === 'issue') return { ...base, key: issueKey(action, action.number ?? 0) };
  if (isBump(action)) {
    const bump: Subject = { ...subject, kind: 'dependencies', scope: undefined };
    return { ...base, subject: bump, key: key('dependencies') };
  }

  const ownNumber = action.type === 'commit' ? subject.pullRequest : action.number;
  const number = pullRequest?.number ?? ownNumber;
  if (number !== undefined) return { ...base, key: key(`pull:${number}`) };

  const [issue] = issueNumbers(action);
  if (issue !== undefined) return { ...base, key: issueKey(action, issue) };
  return { ...base, key: key(`title:${titleKey(action.title)}`) };
};

const subjectOf = (action: Action): Subject => {
  const subject = parseSubject(action.title, action.body);
  if (action.type === 'release') return { ...subject, kind: 'release', text: action.title };
  if (action.type === 'issue') return { ...subject, kind: 'issue' };
  return action.type === 'review' ? { ...subject, kind: 'review' } : subject;
};

const LEADS: Readonly<Record<Action['type'], number>> = {
  release: 0,
  pull_request: 1,
  commit: 2,
  issue: 3,
  review: 4,
};

const toUnit = (readings: readonly Reading[]): Unit => {
  const lead = readings.reduce((best, next) => (rank(next) < rank(best) ? next : best));
  const others = readings.filter((reading) => reading !== lead);
  return {
    repository: lead.action.repository,
    subject: withBreaking(leadSubject(lead), readings),
    lead: lead.action,
    actions: [lead, ...others].map(({ action }) => action),
    noise: lead.noise && lead.pullRequest === undefined,
  };
};

const rank = ({ action, noise }: Reading): number => LEADS[action.type] + (noise ? 10 : 0);

/** A pull request that is not among the actions still gives its title and number to its commits. */
const leadSubject = ({ action, subject, pullRequest }: Reading): Subject =>
  action.type === 'commit' && pullRequest && subject.kind !== 'dependencies'
    ? { ...parseSubject(pullRequest.title), pullRequest: pullRequest.number }
    : subject;

const withBreaking = (subject: Subject, readings: readonly Reading[]): Subject => ({
  ...subject,
  breaking: subject.breaking || readings.some((reading) => reading.subject.breaking),
});
