import type { RecapStyle } from '../recap.writer.js';
import type { ChangeKind } from './change.kind.js';
import type { Topic } from './topic.js';

type Labels = Readonly<Record<ChangeKind, string>>;

const PROFESSIONAL: Labels = {
  release: 'Released',
  feature: 'New',
  fix: 'Fixed',
  security: 'Security',
  performance: 'Performance',
  removal: 'Removed',
  revert: 'Reverted',
  refactoring: 'Reworked',
  other: '',
  documentation: 'Documentation',
  test: 'Tests',
  issue: 'Issues',
  review: 'Reviewed',
  build: 'Build',
  ci: 'CI',
  chore: 'Upkeep',
  dependencies: 'Dependencies',
};

const LABELS: Readonly<Record<RecapStyle, Labels>> = {
  professional: PROFESSIONAL,
  casual: {
    ...PROFESSIONAL,
    release: 'Out now',
    feature: 'Shiny and new',
    fix: 'Bug squashed',
    security: 'Safer now',
    performance: 'Faster now',
    removal: 'Gone for good',
    revert: 'Never mind',
    refactoring: 'Tidied up',
    documentation: 'Written down',
    test: 'Put to the test',
    issue: 'On the list',
    review: 'Looked at',
    chore: 'Housekeeping',
    dependencies: 'Fresh dependencies',
  },
  changelog: {
    ...PROFESSIONAL,
    feature: 'Added',
    performance: 'Improved',
    refactoring: 'Changed',
    other: 'Changed',
    chore: 'Maintenance',
  },
};

/**
 * A topic's label, or '' where its titles speak for themselves. A kind that was only read from a
 * title's verb is not repeated in front of that verb, except in a changelog, which sorts by kind.
 */
export const labelOf = ({ units }: Topic, style: RecapStyle): string => {
  const subjects = units.map(({ subject }) => subject);
  if (subjects.some(({ breaking }) => breaking)) return 'Breaking';
  const [kind = 'other'] = subjects.map((subject) => subject.kind);
  if (subjects.some((subject) => subject.kind !== kind)) return '';

  const named = subjects.some((subject) => subject.explicit) || SPOKEN.has(kind);
  return named || style === 'changelog' ? LABELS[style][kind] : '';
};

/** These say nothing of their kind in their titles. */
const SPOKEN: ReadonlySet<ChangeKind> = new Set(['release', 'issue', 'review', 'dependencies']);
