import type { Author, AuthorFilter } from '../action.js';
import { isBot } from '../bot.js';
import { loginOf } from '../noreply-address.js';
import { plainLine } from '../plain-text.js';
import type { Person } from './person.js';

export function authorOf(person: Person): Author {
  const login = loginOf(person.email);
  const email = plainLine(person.email);
  const name = plainLine(person.name) || login || email || 'unknown';
  const author = { name, ...(login !== undefined && { login }), ...(email !== '' && { email }) };
  return { ...author, bot: isBot(author) };
}

/** Whether an action is one the filter asks for, by its author or any co-author. */
export function authorMatcher(filter: AuthorFilter): (people: readonly Author[]) => boolean {
  if (filter.everyone) return () => true;
  const names = new Set(filter.names.flatMap((name) => [name, loginOf(name) ?? name]));
  return (people) =>
    people.some(
      ({ login, name, email }) =>
        (email !== undefined && names.has(email.toLowerCase())) ||
        (login !== undefined && names.has(login)) ||
        names.has(name.toLowerCase()),
    );
}
