import { type Person, personOf } from './person.js';

const MAX_CO_AUTHORS = 50;

/** A trailer of a commit's message; what stands before its last paragraph is none. */
const CO_AUTHOR = /^co-authored-by:[ \t]*(\S.*)$/gim;

/** The people that a whole message names in its trailers. */
export function coAuthorsIn(message: string): Person[] {
  const [, ...paragraphs] = message.trim().split(/\n\s*\n/);
  const trailers = [...(paragraphs.at(-1) ?? '').matchAll(CO_AUTHOR)].map(([, value]) => value);
  return coAuthorsOf(trailers.join('\n'));
}

/** The people in the values of `Co-authored-by:`, one a line; what is no `Name <address>` is left out. */
export function coAuthorsOf(trailers: string): Person[] {
  if (trailers === '') return [];
  return trailers
    .split('\n')
    .map(personOf)
    .filter((person) => person !== undefined)
    .slice(0, MAX_CO_AUTHORS);
}
