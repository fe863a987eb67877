import type { Author, AuthorFilter } from '../action.js';
import { loginOf } from '../noreply-address.js';

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
