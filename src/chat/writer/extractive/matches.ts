import type { ActionType } from '../../../providers/action.js';
import { escapeInline } from '../markdown.js';
import type { QuestionJob } from '../recap.writer.js';
import { count } from '../tally.js';
import { describeWindow } from '../window.js';
import { type Bullet, phraseTopics, phrasingOf } from './phrasing.js';
import { topicOf } from './topic.js';
import type { Unit } from './unit.js';

/** The actions that answer a question, as bullets under a line that says what was searched for. */
export interface Matches {
  readonly heading: string;
  readonly bullets: readonly Bullet[];
}

const MAX_BULLETS = 8;
const MAX_WORDS = 12;
const BYLINE = 'searched without a language model, in what the recap was written from';

/** What a word found in each place adds; a number found is what was meant. */
const POINTS = { number: 20, person: 8, type: 6, repository: 5, title: 5, body: 1 } as const;

/** Words of questions, not of what is asked for. */
const EMPTY_WORDS = new Set(
  'a about all an and any are as at be been by can change changed changes commit commits could did do does done for from had has have he her his how i in into is it its just last list me more most much my no not of on one or our out please recap say she show so some tell than that the their them then there these they this those to up us was we week were what when where which who why will with work worked you your'.split(
    ' ',
  ),
);
const TYPES: Readonly<Record<string, ActionType>> = {
  release: 'release',
  released: 'release',
  releases: 'release',
  issue: 'issue',
  issues: 'issue',
  bug: 'issue',
  bugs: 'issue',
  review: 'review',
  reviewed: 'review',
  reviews: 'review',
  pull: 'pull_request',
  merge: 'pull_request',
  merged: 'pull_request',
};

/** Dots and dashes stand in the middle of a word, and not at its end. */
const WORD = /[#!]?[\p{L}\p{N}](?:[\p{L}\p{M}\p{N}_.-]*[\p{L}\p{M}\p{N}_])?/gu;

/** Looks for the question's words: in numbers, names, repositories, titles and bodies. */
export const findMatches = (units: readonly Unit[], job: QuestionJob): Matches => {
  const words = wordsOf(job.question);
  const phrasing = phrasingOf(job);
  const best = units
    .map((unit) => ({ unit, points: score(unit, words) }))
    .filter(({ points }) => points > 0)
    .sort((one, other) => other.points - one.points);
  const found = best.filter(({ points }) => points >= (best[0]?.points ?? 0) / 4);
  const told = found.slice(0, MAX_BULLETS);
  return {
    heading: describe(words, found.length - told.length, told.length, job),
    bullets: told.flatMap(({ unit }) => phraseTopics([topicOf([unit])], phrasing)),
  };
};

const wordsOf = (question: string): string[] => {
  const words = question.toLowerCase().match(WORD) ?? [];
  const telling = words.filter((word) => word.length > 1 && !EMPTY_WORDS.has(word));
  return [...new Set(telling)].slice(0, MAX_WORDS);
};

const score = (unit: Unit, words: readonly string[]): number =>
  words.reduce((sum, word) => sum + pointsOf(unit, word), 0);

const pointsOf = ({ actions, repository, subject }: Unit, word: string): number => {
  const number = /^[#!]?(\d+)$/.exec(word)?.[1];
  if (number !== undefined) {
    const isMeant = actions.some((action) =>
      [action.number, action.pullRequest?.number, subject.pullRequest].includes(Number(number)),
    );
    return isMeant ? POINTS.number : 0;
  }
  if (actions.some(({ author }) => isNamed([author.name, author.login], word))) {
    return POINTS.person;
  }
  if (actions.some(({ type }) => type === TYPES[word])) return POINTS.type;
  if (has(repository.fullName, word)) return POINTS.repository;
  if (actions.some(({ title }) => has(title, word))) return POINTS.title;
  return actions.some(({ body = '' }) => has(body, word)) ? POINTS.body : 0;
};

const isNamed = (names: readonly (string | undefined)[], word: string): boolean =>
  names.some((name) =>
    name
      ?.toLowerCase()
      .split(/[\s.]+/)
      .includes(word),
  );

/** Whether the text has the word, or one that begins with it or that it begins with. */
const has = (text: string, word: string): boolean =>
  (text.toLowerCase().match(/[\p{L}\p{N}][\p{L}\p{M}\p{N}]*/gu) ?? []).some(
    (other) => other === word || alike(other, word) || alike(word, other),
  );

/** `paging` and `page`, `limits` and `limited`: the same but for their ends. */
const alike = (long: string, short: string): boolean =>
  short.length >= 4 && long.startsWith(short.replace(/(?:ing|ed|es|s|e)$/, ''));

const describe = (
  words: readonly string[],
  more: number,
  told: number,
  job: QuestionJob,
): string => {
  const when = describeWindow(job);
  const asked = words.map((word) => escapeInline(word)).join(', ');
  if (words.length === 0) {
    return `Ask with the words of what you look for: a number, a name, a repository, a word of a title (${BYLINE}).`;
  }
  if (told === 0) {
    return `Nothing in the ${count(job.actions.length, 'action')} of ${when} matches ${asked} (${BYLINE}).`;
  }
  const rest = more > 0 ? ` and ${more} more` : '';
  return `Of ${when}, what matches ${asked}: ${count(told, 'entry', 'entries')}${rest} (${BYLINE}).`;
};
