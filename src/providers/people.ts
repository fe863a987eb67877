import type { Author, AuthorFilter } from './action.js';
import type { Viewer } from './connection.js';
import { loginOf } from './noreply-address.js';

/** Whose actions are wanted, sorted by what a provider can be asked for. All in lower case. */
export class People {
  readonly everyone: boolean;
  readonly logins: readonly string[];
  readonly emails: readonly string[];
  private readonly names: ReadonlySet<string>;

  /** @param loginPattern What the provider's logins look like in lower case; no other name is asked for. */
  constructor(
    filter: AuthorFilter,
    readonly viewer: Viewer | undefined,
    loginPattern: RegExp,
  ) {
    this.everyone = filter.everyone;
    const asked = filter.everyone ? [] : filter.names.map((name) => name.toLowerCase());
    const own = viewer ? [viewer.login.toLowerCase(), ...viewer.emails] : [];
    const namesViewer = asked.some((name) => own.includes(loginOf(name) ?? name));
    const wantsViewer = namesViewer || (!filter.everyone && filter.viewer);
    const others = asked.filter((name) => !own.includes(loginOf(name) ?? name));
    const everyName = wantsViewer && viewer ? [...own, ...others] : others;
    this.names = new Set(everyName.flatMap((name) => [name, loginOf(name) ?? name]));
    const logins = others
      .map((name) => loginOf(name) ?? name)
      .filter((name) => loginPattern.test(name));
    this.logins = [...new Set(wantsViewer && viewer ? [own[0] ?? '', ...logins] : logins)];
    this.emails = others.filter((name) => name.includes('@') && loginOf(name) === undefined);
  }

  /** Nobody is asked for: the viewer of a connection that has none, for one. */
  get nobody(): boolean {
    return !this.everyone && this.names.size === 0;
  }

  /** Whether any of these people is wanted: an action's author and co-authors. */
  include(people: readonly Author[]): boolean {
    return this.everyone || people.some((person) => this.knows(person));
  }

  private knows({ login, email }: Author): boolean {
    return (
      (login !== undefined && this.names.has(login.toLowerCase())) ||
      (email !== undefined && this.names.has(email.toLowerCase()))
    );
  }
}
