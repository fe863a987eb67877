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

/** From here on one bullet sums up what the others leave out. */
const BULLETS_FOR_A_REST = 3;

/**
 * Chooses what `bullets` bullets speak of, the one for the rest included. Related units share a
 * topic only as long as there are more than enough topics: there are exactly `bullets` of them,
 * or one for each unit.
 */
export const chooseTopics = (units: readonly Unit[], bullets: number): TopicChoice => {
  const weights = new Map(units.map((unit) => [unit, weigh(unit)]));
  const ranked = [...units].sort(
    (one, other) => (weights.get(other) ?? 0) - (weights.get(one) ?? 0) || newerFirst(one, other),
  );

  const topics = gather(ranked);
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

/** A topic stands where its weightiest unit stands. */
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

const toTopic = (units: readonly Unit[]): Topic => {
  const [scope] = units.map(({ subject }) => subject.scope);
  return units.every(({ subject }) => subject.scope === scope) ? { units, scope } : { units };
};

/** Takes the weightiest unit out of the largest topic until there are enough topics. */
const split = (gathered: readonly Topic[], bullets: number): Topic[] => {
  const topics = [...gathered];
  while (topics.length < bullets) {
    const largest = topics.reduce((most, next) =>
      next.units.length > most.units.length ? next : most,
    );
    if (largest.units.length < 2) return topics;
    const [first, ...others] = largest.units;
    topics.splice(topics.indexOf(largest), 1, toTopic(first ? [first] : []), toTopic(others));
  }
  return topics;
};

/** Units with the same key belong together: same repository, kind, and scope or telling word. */
const findRelations = (units: readonly Unit[]): ((unit: Unit) => string) => {
  const totals = new Map<string, number>();
  const wordsOf = new Map(units.map((unit) => [unit, tellingWords(unit)]));
  for (const words of wordsOf.values()) {
    for (const word of words) totals.set(word, (totals.get(word) ?? 0) + 1);
  }
  const tooCommon = Math.max(3, units.length / 5);

  return (unit) => {
    const { scope, kind } = unit.subject;
    if (unit.lead.type === 'release') return unit.lead.id;
    if (scope !== undefined) return `${unit.repository.id}\n${kind}\nscope ${scope.toLowerCase()}`;

    const total = (word: string): number => totals.get(word) ?? 0;
    const shared = (wordsOf.get(unit) ?? []).filter(
      (word) => total(word) > 1 && total(word) <= tooCommon,
    );
    const most = shared.reduce(
      (best, word) => (total(word) > total(best) ? word : best),
      shared[0] ?? '',
    );
    return most || unit.lead.id;
  };
};

const WORD = /[\p{L}\p{N}][\p{L}\p{M}\p{N}_]{3,}/gu;
const EMPTY_WORDS = new Set(
  'when with from into that this then than only also some more make made using used uses after before without should instead code file files test tests version support method function class'.split(
    ' ',
  ),
);

/** The words of a title that may tell its topic: not the first, which is its verb. */
const tellingWords = ({ repository, subject }: Unit): string[] => {
  const [, ...words] = subject.text.toLowerCase().split(' ');
  const telling = new Set(words.join(' ').match(WORD) ?? []);
  return [...telling]
    .filter((word) => !EMPTY_WORDS.has(word))
    .map((word) => `${repository.id}\n${subject.kind}\nword ${word}`)
    .sort();
};
