import type { Author } from './action.js';
import { isBot } from './bot.js';
import { loginOf } from './noreply-address.js';
import type { Person } from './person.js';
import { plainLine } from './plain-text.js';

/** Whom a commit names, with the login that a noreply address carries. */
export function commitAuthor(person: Person): Author {
  const login = loginOf(person.email);
  const email = plainLine(person.email);
  const name = plainLine(person.name) || login || email || 'unknown';
  const author = { name, ...(login !== undefined && { login }), ...(email !== '' && { email }) };
  return { ...author, bot: isBot(author) };
}
