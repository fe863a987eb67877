import type { Action, ActionType, Author } from '../../providers/action.js';

const NOUNS: Readonly<Record<ActionType, string>> = {
  commit: 'commit',
  pull_request: 'pull request',
  issue: 'issue',
  review: 'review',
  release: 'release',
};

/** How much happened, such as `34 commits and 3 pull requests by 4 people in 2 repositories`. */
export const describeTally = (actions: readonly Action[]): string => {
  const people = countPeople(actions);
  const repositories = new Set(actions.map((action) => action.repository.id)).size;

  const by = people > 0 ? ` by ${count(people, 'person', 'people')}` : '';
  const where = repositories > 1 ? ` in ${repositories} repositories` : '';
  return `${describeTypes(actions)}${by}${where}`;
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

/** Humans, each once, whichever of login, e-mail address and name their actions carry. */
export const countPeople = (actions: readonly Action[]): number => {
  const known = new Map<string, number>();
  let people = 0;

  for (const { author, coAuthors } of actions) {
    for (const person of [author, ...coAuthors]) {
      if (person.bot) continue;
      const names = namesOf(person);
      const seen = names.find((name) => known.has(name));
      const number = seen === undefined ? people++ : (known.get(seen) ?? 0);
      for (const name of names) if (!known.has(name)) known.set(name, number);
    }
  }
  return people;
};

const namesOf = ({ login, email, name }: Author): string[] =>
  [login, email, name].filter((value) => value !== undefined).map((value) => value.toLowerCase());

export const count = (total: number, one: string, many = `${one}s`): string =>
  `${total} ${total === 1 ? one : many}`;

/** `a`, `a and b`, `a, b and c`. */
export const enumerate = (items: readonly string[]): string =>
  items.length < 2 ? (items[0] ?? '') : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;
