import type { Action } from '../../../providers/action.js';
import type { ChangeKind } from './change.kind.js';
import type { Unit } from './unit.js';

const KIND_WEIGHT: Readonly<Record<ChangeKind, number>> = {
  release: 30,
  security: 14,
  feature: 12,
  performance: 9,
  fix: 8,
  removal: 7,
  revert: 6,
  refactoring: 5,
  other: 5,
  documentation: 3,
  test: 3,
  issue: 3,
  review: 2,
  build: 2,
  ci: 2,
  chore: 2,
  dependencies: 1,
};
const BREAKING_WEIGHT = 40;
const PULL_REQUEST_WEIGHT: Partial<Record<NonNullable<Action['state']>, number>> = {
  merged: 15,
  opened: 6,
};
/** Lines say something, but little past a thousand: generated files. */
const MAX_SIZE_WEIGHT = 7;

/** How much a unit matters to a reader; only the order of weights has a meaning. */
export const weigh = ({ subject, actions }: Unit): number => {
  const { additions, deletions } = sizeOf(actions);
  const pull = actions.find(({ type, merge }) => type === 'pull_request' || merge === true);
  const state = pull?.merge ? 'merged' : pull?.state;
  const pullRequest = (state && PULL_REQUEST_WEIGHT[state]) ?? 0;
  const size = Math.min(0.7 * Math.log2(1 + additions + deletions), MAX_SIZE_WEIGHT);
  const effort = 2 * Math.log2(actions.length);
  const weight =
    KIND_WEIGHT[subject.kind] +
    (subject.breaking ? BREAKING_WEIGHT : 0) +
    pullRequest +
    size +
    effort;

  const routine = subject.kind === 'dependencies' || actions.every(({ author }) => author.bot);
  return routine ? weight / 4 : weight;
};

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
