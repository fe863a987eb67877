import type { Action } from '../../../providers/action.js';
import type { ChangeKind } from './change.kind.js';
import type { Subject } from './subject.js';
import type { Unit } from './unit.js';

/** What asks something of users or protects them comes before what they gain, and that before repairs. */
const KIND_WEIGHT: Readonly<Record<ChangeKind, number>> = {
  release: 30,
  security: 26,
  feature: 12,
  deprecation: 13,
  removal: 11,
  performance: 9,
  fix: 9,
  revert: 6,
  other: 6,
  refactoring: 4,
  documentation: 3,
  test: 2,
  issue: 3,
  review: 2,
  build: 3,
  ci: 2,
  chore: 2,
  translation: 1,
  dependencies: 1,
};
const BREAKING_WEIGHT = 40;
/** What was reviewed on its own was meant as one piece of work. */
const PULL_REQUEST_WEIGHT = 3;
/** Lines say something, but little past a thousand: generated files. */
const MAX_SIZE_WEIGHT = 10;
const MAX_EFFORT_WEIGHT = 8;

/** How much a unit matters to a reader; only the order of weights has a meaning. */
export const weigh = (unit: Unit): number => {
  const { subject, lead, upkeep, variants } = unit;
  // What was done again for each version is as much as it was once.
  const actions = variants.length > 0 ? [lead] : unit.actions;
  const hasPull =
    subject.pullRequest !== undefined ||
    actions.some(({ type, pullRequest }) => type === 'pull_request' || pullRequest !== undefined);
  const effort = Math.min(2 * Math.log2(actions.length), MAX_EFFORT_WEIGHT);
  const weight =
    weighSubject(subject) +
    weighSize(sizeOf(actions)) +
    effort +
    (hasPull ? PULL_REQUEST_WEIGHT : 0);
  if (upkeep) return weight / 4;
  // It brings to older releases what is told on its own.
  return BACKPORT.test(subject.text) ? weight / 2 : weight;
};

const BACKPORT = /^backport/i;

/** How much a commit tells of the piece of work that it is a part of. */
export const weighCommit = (subject: Subject, action: Action): number =>
  weighSubject(subject) + weighSize(sizeOf([action]));

const weighSubject = ({ kind, breaking }: Subject): number =>
  KIND_WEIGHT[kind] + (breaking ? BREAKING_WEIGHT : 0);

const weighSize = ({ additions, deletions }: ReturnType<typeof sizeOf>): number =>
  Math.min(Math.log2(1 + additions + deletions), MAX_SIZE_WEIGHT);

/** Whether {@link sizeOf} tells the whole: of a long history only the newest commits are counted. */
export const isSizeKnown = (actions: readonly Action[]): boolean =>
  actions.some(({ type, additions }) => type === 'pull_request' && additions !== undefined) ||
  actions.every(
    ({ type, merge, additions }) => type !== 'commit' || merge === true || additions !== undefined,
  );

/** Lines added and deleted. A pull request's own numbers already hold those of its commits. */
export const sizeOf = (actions: readonly Action[]): { additions: number; deletions: number } => {
  const measured = actions.filter(
    ({ additions, deletions }) => additions !== undefined || deletions !== undefined,
  );
  const pulls = measured.filter(({ type }) => type === 'pull_request');

  let additions = 0;
  let deletions = 0;
  for (const action of pulls.length > 0 ? pulls : measured) {
    additions += action.additions ?? 0;
    deletions += action.deletions ?? 0;
  }
  return { additions, deletions };
};
