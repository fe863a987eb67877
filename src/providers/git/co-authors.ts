import { type Person, personOf } from './person.js';

const MAX_CO_AUTHORS = 50;

/** The people in the values of `Co-authored-by:`, one a line; what is no `Name <address>` is left out. */
export function coAuthorsOf(trailers: string): Person[] {
  if (trailers === '') return [];
  return trailers
    .split('\n')
    .map(personOf)
    .filter((person) => person !== undefined)
    .slice(0, MAX_CO_AUTHORS);
}
