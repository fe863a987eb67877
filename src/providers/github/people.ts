import type { Author, AuthorFilter } from '../action.js';
import type { Viewer } from '../connection.js';
import { loginOf } from '../noreply-address.js';

/** GitHub logins: letters, digits and single hyphens; apps go by `name[bot]`. */
const LOGIN = /^[a-z\d](?:[a-z\d]|-(?=[a-z\d]))*(?:_[a-z\d]+)?(?:\[bot\])?$/;

/** Whose actions are wanted, sorted by what GitHub can be asked for. All in lower case. */
export class People {
  readonly everyone: boolean;
  readonly logins: readonly string[];
  readonly emails: readonly string[];
  private readonly names: ReadonlySet<string>;

  constructor(
    filter: AuthorFilter,
    readonly viewer?: Viewer,
  ) {
    this.everyone = filter.everyone;
    const asked = filter.everyone ? [] : filter.names.map((name) => name.toLowerCase());
    const own = viewer ? [viewer.login.toLowerCase(), ...viewer.emails] : [];
    const namesViewer = asked.some((name) => own.includes(loginOf(name) ?? name));
    const wantsViewer = namesViewer || (!filter.everyone && filter.viewer);
    const others = asked.filter((name) => !own.includes(loginOf(name) ?? name));
    const everyName = wantsViewer && viewer ? [...own, ...others] : others;
    this.names = new Set(everyName.flatMap((name) => [name, loginOf(name) ?? name]));
    const logins = others.map((name) => loginOf(name) ?? name).filter((name) => LOGIN.test(name));
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
