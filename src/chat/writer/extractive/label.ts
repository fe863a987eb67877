import type { RecapStyle } from '../recap.writer.js';
import type { ChangeKind } from './change.kind.js';
import type { Topic } from './topic.js';

type Labels = Readonly<Record<ChangeKind, string>>;

const PROFESSIONAL: Labels = {
  release: 'Released',
  feature: 'New',
  fix: 'Fixed',
  security: 'Security',
  performance: 'Faster',
  deprecation: 'Deprecated',
  removal: 'Removed',
  revert: 'Reverted',
  refactoring: 'Reworked',
  other: '',
  documentation: 'Documentation',
  translation: 'Translations',
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

/** In front of all releases, and of all that is not merged. */
export const RELEASE_LABELS: Readonly<Record<RecapStyle, string>> = {
  professional: PROFESSIONAL.release,
  casual: LABELS.casual.release,
  changelog: PROFESSIONAL.release,
};
export const OPEN_LABELS: Readonly<Record<RecapStyle, string>> = {
  professional: 'In progress',
  casual: 'Still in progress',
  changelog: 'In progress',
};

/**
 * A topic's label, or '' where its titles speak for themselves: a kind that was only read from a
 * single title's verb is not repeated in front of that verb, except in a changelog, which sorts by
 * kind. Of several changes it says what they share.
 */
export const labelOf = ({ units, scope, kind }: Topic, style: RecapStyle): string => {
  const subjects = units.map(({ subject }) => subject);
  if (subjects.some(({ breaking }) => breaking)) return 'Breaking';
  if (kind === undefined) return '';
  const named = subjects.some((subject) => subject.explicit) || SPOKEN.has(kind);
  if (named || style === 'changelog') return LABELS[style][kind];
  if (units.length < 2 || scope !== undefined) return '';
  return LABELS[style][kind] || LABELS.changelog[kind];
};

/** These say nothing of their kind in their titles. */
const SPOKEN: ReadonlySet<ChangeKind> = new Set(['release', 'issue', 'review', 'dependencies']);
