import type { Person } from './person.js';

/** `Name <address>`, neither holding what would end it or begin another line. */
const CONTACT = /^([^<>\n]*)<([^<>\s]+)>\s*$/;
const MAX_CO_AUTHORS = 50;

/** The people in the values of `Co-authored-by:`, one a line; what is no `Name <address>` is left out. */
export function coAuthorsOf(trailers: string): Person[] {
  if (trailers === '') return [];
  const people: Person[] = [];
  for (const line of trailers.split('\n')) {
    const [, name, email] = CONTACT.exec(line) ?? [];
    if (name !== undefined && email !== undefined) people.push({ name: name.trim(), email });
    if (people.length === MAX_CO_AUTHORS) break;
  }
  return people;
}
