import type { Unit } from './unit.js';

/** `v6`, `1.1.2`, `9.0.x`, `2.0.0-next.5`: what is different where the same was done once for each. */
const VERSION =
  /(?<![\p{L}\p{N}.#])(?:v?\d{1,6}(?:\.(?:\d{1,6}|x)){1,4}(?:-[\p{L}\d.]{1,20})?|v\d{1,4})(?![\p{L}\p{N}])/giu;
/** The newest of these says it for all. */
const SUCCESSION = /^(?:bump|downgrade|pin|up|update|upgrade)s?\b/i;
const GATHERED = new Set(['release', 'dependencies', 'issue', 'review']);

/**
 * Makes one of what was done several times: the same title, but for versions and branches. Backports
 * are one change. What was merged is not in progress under the same title.
 */
export const foldAlike = (units: readonly Unit[]): Unit[] => {
  const groups = new Map<string, Unit[]>();
  for (const unit of units) {
    const key = keyOf(unit);
    const group = groups.get(key);
    if (group) group.push(unit);
    else groups.set(key, [unit]);
  }
  return [...groups.values()].map(fold);
};

/** Titles with the same key are the same, but for versions and branches. */
export const alikeKey = (text: string): string => text.toLowerCase().replace(VERSION, '#');

const keyOf = (unit: Unit): string => {
  const { repository, subject, lead } = unit;
  if (GATHERED.has(subject.kind) || unit.noise || subject.reverts !== undefined) return lead.id;
  const scope = subject.scope?.toLowerCase() ?? '';
  return [repository.id, subject.kind, scope, alikeKey(subject.text)].join('\n');
};

const fold = (units: readonly Unit[]): Unit => {
  const done = units.filter(({ open }) => !open);
  const told = done.length > 0 ? done : units;
  const [first] = told;
  if (!first) throw new RangeError('A group has a unit.');
  if (units.length === 1) return first;
  const actions = units.flatMap((unit) => unit.actions);
  const newest = told.reduce((best, unit) => (isNewer(unit, best) ? unit : best));
  return {
    ...newest,
    subject: { ...newest.subject, breaking: told.some(({ subject }) => subject.breaking) },
    actions: [newest.lead, ...actions.filter((action) => action !== newest.lead)],
    upkeep: told.every(({ upkeep }) => upkeep),
    variants: SUCCESSION.test(newest.subject.text) ? [] : variantsOf(told),
  };
};

const isNewer = ({ lead: one }: Unit, { lead: other }: Unit): boolean =>
  one.timestamp === other.timestamp ? one.id < other.id : one.timestamp > other.timestamp;

/** The versions in the titles, where each has exactly one. */
const variantsOf = (units: readonly Unit[]): string[] => {
  const named = units.map(({ subject }) => subject.text.match(VERSION) ?? []);
  if (!named.every((versions) => versions.length === 1)) return [];
  const versions = [...new Set(named.flat())];
  const byNumber = new Intl.Collator('en', { numeric: true });
  return versions.length > 1 ? versions.sort((one, other) => byNumber.compare(other, one)) : [];
};

/** The title, with all the versions in the place of the one. */
export const textOf = ({ subject, variants }: Unit): string => {
  if (variants.length === 0) return subject.text;
  const [last = ''] = variants.slice(-1);
  const all = `${variants.slice(0, -1).join(', ')} and ${last}`;
  return subject.text.replace(VERSION, () => all);
};
