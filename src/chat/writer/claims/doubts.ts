import type { Action } from '../../../providers/action.js';
import { oneLine } from '../markdown.js';
import { type Doubt, MAX_DOUBT_LENGTH, type QuestionJob, type RecapJob } from '../recap.writer.js';
import { claimsOf } from './bullet.claims.js';
import { BulletSources, normalized } from './bullet.sources.js';

export interface CitedBullet {
  /** From 1. */
  readonly bullet: number;
  readonly text: string;
  readonly actionIds: readonly string[];
}

const MAX_DOUBTS = 45;

/**
 * A citation proves that an action exists, not that it says what the bullet says. Numbers, versions,
 * dates, `#123`, ticket keys, code, files and people that none of a bullet's sources names are told.
 * A bullet without a source is told of elsewhere.
 */
export const findDoubts = (
  bullets: readonly CitedBullet[],
  { actions, from, to }: RecapJob | QuestionJob,
): Doubt[] => {
  const byId = new Map(actions.map((action) => [action.id, action]));
  const repositories = [...new Set(actions.map(({ repository }) => repository.fullName))];
  const people = [...new Set(actions.map(({ author }) => author.name))].filter(isFullName);
  const doubts = bullets.flatMap(({ bullet, text, actionIds }) => {
    const cited = actionIds.map((id) => byId.get(id)).filter((one) => one !== undefined);
    if (cited.length === 0) return [];
    const doubted = doubtedWords(text, cited, [from, to], [...repositories, ...people]);
    return doubted.map((word) => ({
      bullet,
      text: [...oneLine(word)].slice(0, MAX_DOUBT_LENGTH).join(''),
    }));
  });
  return doubts.slice(0, MAX_DOUBTS);
};

/** @param known People and repositories that the recap is about, told by their names as they are. */
const doubtedWords = (
  text: string,
  cited: readonly Action[],
  dates: readonly string[],
  known: readonly string[],
): string[] => {
  const sources = new BulletSources(cited, dates);
  const { numbers, references, names, people } = claimsOf(text);
  const plain = normalized(text);
  const elsewhere = known.filter((name) => plain.includes(normalized(name)));
  return [
    ...new Set([
      ...numbers.filter((number) => !sources.hasNumber(number)),
      ...references.filter((number) => !sources.hasReference(number)).map((number) => `#${number}`),
      ...names.filter((name) => !sources.hasName(name)),
      ...people.filter((name) => !sources.hasPerson(name)),
      ...elsewhere.filter((name) => !sources.hasName(name)),
    ]),
  ];
};

/** A short name may be any word. */
const isFullName = (name: string): boolean => name.includes(' ') && name.length >= 6;
