import type { Action, ActionType, Author } from '../../providers/action.js';
import { comparable } from '../../providers/comparable-name.js';
import { escapeInline } from './markdown.js';

const NOUNS: Readonly<Record<ActionType, string>> = {
  commit: 'commit',
  pull_request: 'pull request',
  issue: 'issue',
  review: 'review',
  release: 'release',
};

/** How much happened, such as `34 commits and 3 pull requests by Ada and Lin in 2 repositories`. */
export const describeTally = (actions: readonly Action[]): string => {
  const repositories = new Set(actions.map((action) => action.repository.id)).size;

  const where = repositories > 1 ? ` in ${repositories} repositories` : '';
  return `${describeTypes(actions)}${describePeople(peopleOf(actions))}${where}`;
};

const NAMED_PEOPLE = 3;

/** ` by Ada and Lin`, ` by 4 people`. */
const describePeople = (people: readonly string[]): string => {
  if (people.length === 0) return '';
  const names = people.map((name) => escapeInline(name));
  const isShort = people.length <= NAMED_PEOPLE && names.every(Boolean);
  return ` by ${isShort ? enumerate(names) : count(people.length, 'person', 'people')}`;
};

/** The actions by type, such as `34 commits and 1 issue`. */
export const describeTypes = (actions: readonly Action[]): string => {
  const totals = new Map<ActionType, number>();
  for (const { type } of actions) totals.set(type, (totals.get(type) ?? 0) + 1);

  const types = Object.keys(NOUNS) as ActionType[];
  return enumerate(
    types
      .filter((type) => totals.has(type))
      .map((type) => count(totals.get(type) ?? 0, NOUNS[type])),
  );
};

export const countPeople = (actions: readonly Action[]): number => peopleOf(actions).length;

/** The names of humans, each once, whichever of login, e-mail address and name their actions carry. */
export const peopleOf = (actions: readonly Action[]): string[] => {
  const known = new Map<string, number>();
  const people: string[] = [];

  for (const { author, coAuthors } of actions) {
    for (const person of [author, ...coAuthors]) {
      if (person.bot) continue;
      const names = namesOf(person);
      const seen = names.find((name) => known.has(name));
      const number =
        (seen === undefined ? undefined : known.get(seen)) ?? people.push(person.name) - 1;
      for (const name of names) if (!known.has(name)) known.set(name, number);
    }
  }
  return people;
};

const namesOf = ({ login, email, name }: Author): string[] =>
  [login, email, name].filter((value) => value !== undefined).map(comparable);

export const count = (total: number, one: string, many = `${one}s`): string =>
  `${total} ${total === 1 ? one : many}`;

/** `a`, `a and b`, `a, b and c`. */
export const enumerate = (items: readonly string[]): string =>
  items.length < 2 ? (items[0] ?? '') : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;
