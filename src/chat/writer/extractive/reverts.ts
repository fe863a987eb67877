import type { Unit } from './unit.js';
import { titleKey } from './subject.js';

const REVERTED_COMMIT = /This reverts commit ([0-9a-f]{40,64})/;

/** The units of which nothing is left: a change and what took it back. */
export const findCancelled = (units: readonly Unit[]): ReadonlySet<Unit> => {
  const targets = indexTargets(units);
  const cancelled = new Set<Unit>();

  for (const revert of units) {
    const target = findTarget(revert, targets, cancelled);
    if (!target) continue;
    cancelled.add(revert).add(target);
  }
  return cancelled;
};

const findTarget = (
  revert: Unit,
  targets: ReadonlyMap<string, readonly Unit[]>,
  cancelled: ReadonlySet<Unit>,
): Unit | undefined => {
  const { reverts } = revert.subject;
  if (reverts === undefined) return undefined;

  const sha = REVERTED_COMMIT.exec(revert.lead.body ?? '')?.[1];
  const candidates = [
    ...(targets.get(`sha:${sha}`) ?? []),
    ...(targets.get(key(revert, reverts)) ?? []),
  ];
  return candidates.find(
    (unit) => !cancelled.has(unit) && unit.lead.timestamp <= revert.lead.timestamp,
  );
};

/** By title, and by commit where the unit is that commit alone. */
const indexTargets = (units: readonly Unit[]): Map<string, Unit[]> => {
  const targets = new Map<string, Unit[]>();
  const add = (name: string, unit: Unit): void => {
    const known = targets.get(name);
    if (known) known.push(unit);
    else targets.set(name, [unit]);
  };

  for (const unit of units) {
    if (unit.subject.reverts !== undefined) continue;
    add(key(unit, titleKey(unit.lead.title)), unit);
    const commits = unit.actions.filter(({ type }) => type === 'commit');
    if (commits.length === 1 && commits[0]?.sha) add(`sha:${commits[0].sha}`, unit);
  }
  return targets;
};

const key = ({ repository }: Unit, title: string): string => `${repository.id}\n${title}`;
