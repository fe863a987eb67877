import type { Unit } from './unit.js';
import { weigh } from './weight.js';

/** What one bullet speaks of: units of one repository that belong together, the weightiest first. */
export interface Topic {
  readonly units: readonly Unit[];
  /** What the units share, where the authors named it. */
  readonly scope?: string;
}

export interface TopicChoice {
  /** The weightiest first. */
  readonly topics: readonly Topic[];
  /** What found no bullet of its own. */
  readonly rest: readonly Unit[];
}

/** What each doubling of a topic's units adds to the weight of its first. */
const COMPANY_WEIGHT = 3;
/** From here on one bullet sums up what the others leave out. */
const BULLETS_FOR_A_REST = 3;

/**
 * Chooses what `bullets` bullets speak of, the one for the rest included. Related units share a
 * topic only as long as there are more than enough topics: there are exactly `bullets` of them,
 * or one for each unit.
 */
export const chooseTopics = (units: readonly Unit[], bullets: number): TopicChoice => {
  const weights = new Map(units.map((unit) => [unit, weigh(unit)]));
  const weightOf = (unit: Unit | undefined): number => (unit && weights.get(unit)) ?? 0;
  const ranked = [...units].sort(
    (one, other) => weightOf(other) - weightOf(one) || newerFirst(one, other),
  );

  const weightOfTopic = (topic: Topic): number =>
    weightOf(topic.units[0]) + COMPANY_WEIGHT * Math.log2(topic.units.length);
  const topics = gather(ranked).sort((one, other) => weightOfTopic(other) - weightOfTopic(one));
  if (topics.length <= bullets) return { topics: split(topics, bullets), rest: [] };

  const own = bullets >= BULLETS_FOR_A_REST ? bullets - 1 : bullets;
  return {
    topics: topics.slice(0, own),
    rest: topics.slice(own).flatMap((topic) => topic.units),
  };
};

const newerFirst = (one: Unit, other: Unit): number =>
  compare(other.lead.timestamp, one.lead.timestamp) || compare(one.lead.id, other.lead.id);

const compare = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);

const gather = (ranked: readonly Unit[]): Topic[] => {
  const relate = findRelations(ranked);
  const topics = new Map<string, Unit[]>();

  for (const unit of ranked) {
    const key = relate(unit);
    const topic = topics.get(key);
    if (topic) topic.push(unit);
    else topics.set(key, [unit]);
  }
  return [...topics.values()].map(toTopic);
};

/** With the scope that all its units share, or the part of it. */
const toTopic = (units: readonly Unit[]): Topic => {
  const scopes = units.map(({ subject }) => subject.scope);
  const shared = [scopes[0], rootOf(scopes[0])].find((name) =>
    scopes.every((scope) => scope === name || rootOf(scope) === name),
  );
  return { units, scope: shared };
};

/** `net` of `net: ipv4` and `net/sched`. */
const rootOf = (scope: string | undefined): string | undefined => scope?.split(/[/:,]/)[0] || scope;

/** Takes the weightiest unit out of the largest topic until there are enough topics. */
const split = (gathered: readonly Topic[], bullets: number): Topic[] => {
  const topics = [...gathered];
  while (topics.length > 0 && topics.length < bullets) {
    const largest = topics.reduce((most, next) =>
      next.units.length > most.units.length ? next : most,
    );
    if (largest.units.length < 2) return topics;
    const [first, ...others] = largest.units;
    topics.splice(topics.indexOf(largest), 1, toTopic(first ? [first] : []), toTopic(others));
  }
  return topics;
};

/**
 * Units with the same key belong together: same repository, and same scope or telling word. Kinds
 * that authors named are kept apart.
 */
const findRelations = (units: readonly Unit[]): ((unit: Unit) => string) => {
  const totals = new Map<string, number>();
  const wordsOf = new Map(units.map((unit) => [unit, tellingWords(unit)]));
  for (const words of wordsOf.values()) {
    for (const word of words) totals.set(word, (totals.get(word) ?? 0) + 1);
  }
  const total = (word: string): number => totals.get(word) ?? 0;
  const tooCommon = Math.max(3, units.length / 5);

  return (unit) => {
    const { scope, explicit } = unit.subject;
    if (unit.subject.kind === 'release') return unit.lead.id;
    if (scope) return relationKey(unit, 'scope', (explicit ? scope : rootOf(scope)) ?? scope);

    const words = wordsOf.get(unit) ?? [];
    const shared = words.filter((word) => total(word) > 1 && total(word) <= tooCommon);
    return shared.reduce(
      (best, word) => (total(word) > total(best) ? word : best),
      shared[0] ?? unit.lead.id,
    );
  };
};

const relationKey = ({ repository, subject }: Unit, by: 'scope' | 'word', name: string): string =>
  [repository.id, subject.explicit ? subject.kind : '', by, name.toLowerCase()].join('\n');

const WORD = /[\p{L}\p{N}][\p{L}\p{M}\p{N}_]{3,}/gu;
const EMPTY_WORDS = new Set(
  'when with from into that this then than only also some more make made using used uses after before without should instead code file files test tests version support method function class'.split(
    ' ',
  ),
);

/** The words of a title that may tell its topic: not the first, which is its verb. */
const tellingWords = (unit: Unit): string[] => {
  const [, ...words] = unit.subject.text.toLowerCase().split(' ');
  const telling = new Set(words.join(' ').match(WORD) ?? []);
  return [...telling]
    .filter((word) => !EMPTY_WORDS.has(word))
    .map((word) => relationKey(unit, 'word', word))
    .sort();
};
