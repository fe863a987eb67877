import type { Author, AuthorFilter } from '../action.js';
import { comparable } from '../comparable-name.js';
import { loginOf } from '../noreply-address.js';
import type { Person } from '../person.js';
import type { Mailmap } from './mailmap.js';

/** Whom a question asks for, by any name or address that a repository knows them by. */
export class GitAuthors {
  private constructor(
    private readonly everyone: boolean,
    /** The names that were asked for, by every name that means the same. */
    private readonly asked: ReadonlyMap<string, readonly string[]>,
  ) {}

  /** An old address is asked for as .mailmap has it, too. */
  static async of(filter: AuthorFilter, mailmap: Mailmap): Promise<GitAuthors> {
    if (filter.everyone) return new GitAuthors(true, new Map());
    const people = filter.names.map((name) => ({
      name: '',
      email: name.includes('@') ? name : '',
    }));
    const canonical = await mailmap.canonical(people);
    const asked = new Map<string, string[]>();
    filter.names.forEach((name, index) => {
      const known = [name, loginOf(name), canonical[index]?.email];
      for (const one of new Set(known.filter(Boolean).map((text = '') => comparable(text)))) {
        asked.set(one, [...(asked.get(one) ?? []), name]);
      }
    });
    return new GitAuthors(false, asked);
  }

  /**
   * Which of the names that were asked for these people answer to, by what .mailmap makes of them or
   * by what they wrote themselves; undefined where nobody is wanted among them.
   */
  among(people: readonly Author[], written: readonly Person[]): readonly string[] | undefined {
    if (this.everyone) return [];
    const names = [...people, ...written].flatMap((person) => [
      person.name,
      person.email,
      'login' in person ? person.login : loginOf(person.email ?? ''),
    ]);
    const found = names.flatMap((name) => (name ? (this.asked.get(comparable(name)) ?? []) : []));
    return found.length > 0 ? found : undefined;
  }
}
