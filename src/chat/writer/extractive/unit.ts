import type { Action } from '../../../providers/action.js';
import type { RepositoryReference } from '../../../providers/repository.js';
import { UPKEEP } from './change.kind.js';
import { foldAlike } from './fold.js';
import { issueKey, issueNumbers, read, type Reading, withoutOwnName } from './reading.js';
import { parseSubject, type Subject } from './subject.js';
import { weighCommit } from './weight.js';

/** The smallest thing worth telling: a pull request, a branch, an issue or a release with all that belongs to it, or a change. */
export interface Unit {
  readonly repository: RepositoryReference;
  readonly subject: Subject;
  /** The action that gave the subject. */
  readonly lead: Action;
  /** All of them: the lead, then newest first. */
  readonly actions: readonly Action[];
  /** Nothing in it tells a reader anything. */
  readonly noise: boolean;
  /** It is on no default or release branch yet: an open pull request, or commits of a branch. */
  readonly open: boolean;
  /** Only whoever works on the project meets it. */
  readonly upkeep: boolean;
  /** The versions or branches that it was done for one by one, newest first; none where it was done once. */
  readonly variants: readonly string[];
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
    return foldAlike([...groups.values()].map(toUnit));
  }
}

const LEADS: Readonly<Record<Action['type'], number>> = {
  release: 0,
  pull_request: 1,
  commit: 2,
  issue: 3,
  review: 4,
};

const toUnit = (readings: readonly Reading[]): Unit => {
  const lead = readings.reduce((best, next) => (leadsOver(next, best) ? next : best));
  const others = readings.filter((reading) => reading !== lead);
  const subject = withBreaking(leadSubject(lead), readings);
  const actions = [lead, ...others].map(({ action }) => action);
  const isAbandoned = lead.action.type === 'pull_request' && lead.action.state === 'closed';
  return {
    repository: lead.action.repository,
    subject,
    lead: lead.action,
    actions,
    noise: lead.noise && lead.pullRequest === undefined,
    open: isOpen(actions),
    upkeep:
      isAbandoned ||
      (UPKEEP.has(subject.kind) && !subject.breaking) ||
      actions.every(({ author }) => author.bot),
    variants: [],
  };
};

/** Of commits the one that changed most of what matters most speaks for all. */
const leadsOver = (one: Reading, other: Reading): boolean => {
  const [rank, best] = [rankOf(one), rankOf(other)];
  if (rank !== best) return rank < best;
  return weighCommit(one.subject, one.action) > weighCommit(other.subject, other.action);
};

const rankOf = ({ action, noise }: Reading): number => LEADS[action.type] + (noise ? 10 : 0);

const isOpen = (actions: readonly Action[]): boolean => {
  const pulls = actions.filter(({ type }) => type === 'pull_request');
  if (pulls.length > 0) return pulls.every(({ state }) => state === 'opened');
  const commits = actions.filter(({ type }) => type === 'commit');
  return commits.length > 0 && commits.every(({ merged }) => merged === false);
};

/** A pull request that is not among the actions still gives its title and number to its commits. */
const leadSubject = ({ action, subject, pullRequest }: Reading): Subject =>
  action.type === 'commit' && pullRequest && subject.kind !== 'dependencies' && !subject.version
    ? {
        ...withoutOwnName(parseSubject(pullRequest.title, action.body), action),
        pullRequest: pullRequest.number,
      }
    : subject;

const withBreaking = (subject: Subject, readings: readonly Reading[]): Subject => ({
  ...subject,
  breaking: subject.breaking || readings.some((reading) => reading.subject.breaking),
});
