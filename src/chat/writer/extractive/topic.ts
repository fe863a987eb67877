import type { ChangeKind } from './change.kind.js';
import { partsOf } from './scope.js';
import { type Ranking, UnitGroups } from './unit.groups.js';
import type { Unit } from './unit.js';
import { weigh } from './weight.js';

/** What one bullet speaks of: units of one repository that belong together, the weightiest first. */
export interface Topic {
  readonly units: readonly Unit[];
  /** Where all of them are, as their authors named it. */
  readonly scope?: string;
  /** The kind that all of them are of, where that is what they share. */
  readonly kind?: ChangeKind;
}

export interface TopicChoice {
  /** Work that is done, the most telling first. */
  readonly topics: readonly Topic[];
  /** What is in progress and gets a bullet, the weightiest first. */
  readonly open: readonly Unit[];
  /** Releases that get a bullet. */
  readonly releases: readonly Unit[];
  /** What found no bullet of its own, the weightiest first. */
  readonly rest: readonly Unit[];
}

/** From here on one bullet tells of the releases, and one sums up what the others leave out. */
const BULLETS_FOR_A_REST = 3;
/** From here on one bullet tells of what is in progress, if anything was finished. */
const BULLETS_FOR_OPEN = 4;
/** Chooses what `bullets` bullets speak of: exactly so many, or one for each unit. */
export const chooseTopics = (units: readonly Unit[], bullets: number): TopicChoice => {
  const weights = new Map(units.map((unit) => [unit, weigh(unit)]));
  const ranked = [...units].sort(
    (one, other) => (weights.get(other) ?? 0) - (weights.get(one) ?? 0) || newerFirst(one, other),
  );
  const ranking = { weightOf: (unit: Unit): number => weights.get(unit) ?? 0 };
  const released = ranked.filter(({ subject }) => subject.kind === 'release');
  const inProgress = ranked.filter(({ open, subject }) => open && subject.kind !== 'release');
  const done = ranked.filter(({ open, subject }) => !open && subject.kind !== 'release');

  const isFew = units.length <= bullets;
  const releases = isFew || bullets >= BULLETS_FOR_A_REST || done.length === 0 ? released : [];
  const open = bullets >= BULLETS_FOR_OPEN || done.length === 0 ? inProgress : [];
  const left = bullets - Math.min(releases.length, 1) - (open.length > 0 ? 1 : 0);
  const { topics, rest } = topicsOf(done, left, ranking);
  const untold = [
    ...rest,
    ...(open.length > 0 ? [] : inProgress),
    ...(releases.length > 0 ? [] : released),
  ];
  return { topics, open, releases, rest: untold };
};

const newerFirst = (one: Unit, other: Unit): number =>
  compare(other.lead.timestamp, one.lead.timestamp) || compare(one.lead.id, other.lead.id);

const compare = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);

/** What users meet comes first, in as many bullets as it fills; one is kept for all upkeep. */
const topicsOf = (
  ranked: readonly Unit[],
  bullets: number,
  ranking: Ranking,
): { topics: Topic[]; rest: readonly Unit[] } => {
  if (ranked.length <= bullets) return { topics: ranked.map((unit) => topicOf([unit])), rest: [] };
  const urgent = ranked.filter((unit) => !unit.upkeep && isUrgent(unit));
  const main = ranked.filter((unit) => !unit.upkeep && !isUrgent(unit));
  const upkeep = ranked.filter((unit) => unit.upkeep);
  const choose = (own: number): { topics: Topic[]; rest: readonly Unit[] } => {
    // Of a release that breaks everything there is other news, too.
    const first = gather(urgent, Math.ceil(own / 2), ranking);
    const second = gather([...first.rest, ...main], own - first.topics.length, ranking);
    const met = split([...first.topics, ...second.topics], own);
    const third = gather(upkeep, own - met.length, ranking);
    const rest = [...second.rest, ...third.rest];
    return { topics: [...met, ...split(third.topics, own - met.length)], rest };
  };
  const summedUp = choose(bullets - 1);
  const hasRest = bullets >= BULLETS_FOR_A_REST && summedUp.rest.length > 0;
  return hasRest ? summedUp : choose(bullets);
};

/** What readers have to act upon. */
const isUrgent = ({ subject }: Unit): boolean => subject.breaking || subject.kind === 'security';

/** Takes the group whose three heaviest weigh most, again and again. */
const gather = (
  ranked: readonly Unit[],
  bullets: number,
  ranking: Ranking,
): { topics: Topic[]; rest: readonly Unit[] } => {
  const topics: Topic[] = [];
  const groups = new UnitGroups(ranked, ranking);
  while (topics.length < bullets && groups.size > 0) {
    const { units, isPlace } = groups.takeBest();
    topics.push(topicOf(units, isPlace));
  }
  return { topics, rest: groups.rest };
};

/** Takes the weightiest unit out of the largest topic until there are enough topics. */
const split = (gathered: readonly Topic[], bullets: number): Topic[] => {
  const topics = [...gathered];
  while (topics.length > 0 && topics.length < bullets) {
    const largest = topics.reduce((most, next) =>
      next.units.length > most.units.length ? next : most,
    );
    if (largest.units.length < 2) return topics;
    const [first, ...others] = largest.units;
    const isPlace = largest.scope !== undefined;
    topics.splice(
      topics.indexOf(largest),
      1,
      topicOf(first ? [first] : []),
      topicOf(others, isPlace),
    );
  }
  return topics;
};

/** @param isPlace It is about the part of the scopes that all of them begin with. */
export const topicOf = (units: readonly Unit[], isPlace = false): Topic => {
  const scopes = units.map(({ subject }) => subject.scope);
  const [first] = scopes;
  const isOne = scopes.every((scope) => scope === first);
  return {
    units,
    scope: isOne ? first : isPlace ? sharedScope(scopes) : undefined,
    kind: sharedKind(units),
  };
};

const sharedKind = ([first, ...others]: readonly Unit[]): ChangeKind | undefined =>
  first && others.every(({ subject }) => subject.kind === first.subject.kind)
    ? first.subject.kind
    : undefined;

/** The parts that all scopes begin with, as the first of them writes it. */
const sharedScope = (scopes: readonly (string | undefined)[]): string | undefined => {
  const [first] = scopes;
  if (first === undefined || scopes.every((scope) => scope === first)) return first;
  const parts = partsOf(first);
  for (let length = parts.length; length > 0; length -= 1) {
    const shared = parts.slice(0, length);
    const isShared = scopes.every((scope) =>
      shared.every((part, index) => partsOf(scope ?? '')[index] === part),
    );
    const end = first.indexOf(shared.at(-1) ?? '', shared.slice(0, -1).join(' ').length);
    if (isShared) return first.slice(0, end + (shared.at(-1)?.length ?? 0));
  }
  return undefined;
};
