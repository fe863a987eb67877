import { count } from '../tally.js';
import type { ChangeKind } from './change.kind.js';
import type { Unit } from './unit.js';

/** Kinds named one by one; what is rarer is summed up. */
const NAMED_KINDS = 3;

type Noun = readonly [one: string, many?: string];

const NOUNS: Readonly<Record<ChangeKind, Noun>> = {
  release: ['release'],
  feature: ['addition'],
  fix: ['fix', 'fixes'],
  security: ['security fix', 'security fixes'],
  performance: ['speed-up'],
  deprecation: ['deprecation'],
  removal: ['removal'],
  revert: ['revert'],
  refactoring: ['rework'],
  other: ['change'],
  documentation: ['documentation change'],
  translation: ['translation'],
  test: ['test change'],
  issue: ['issue'],
  review: ['review'],
  build: ['build change'],
  ci: ['CI change'],
  chore: ['chore'],
  dependencies: ['dependency update'],
};

/** How many units there are of each kind, the most first: `4 fixes`, `2 additions`, `7 other changes`. */
export const countKinds = (units: readonly Unit[]): string[] => {
  const totals = new Map<ChangeKind, number>();
  for (const { subject, actions } of units) {
    const changes = subject.kind === 'dependencies' ? actions.length : 1;
    totals.set(subject.kind, (totals.get(subject.kind) ?? 0) + changes);
  }
  const other = totals.get('other') ?? 0;
  totals.delete('other');

  const kinds = [...totals].sort(([, one], [, next]) => next - one);
  const summed = kinds.splice(NAMED_KINDS).reduce((sum, [, total]) => sum + total, other);
  const named = kinds.map(([kind, total]) => count(total, ...NOUNS[kind]));
  if (summed === 0) return named;
  return [...named, count(summed, named.length > 0 ? 'other change' : 'change')];
};
