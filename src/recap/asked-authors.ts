import type { Action } from '../providers/action.js';
import { comparable } from '../providers/comparable-name.js';
import type { AuthorCoverage } from '../providers/coverage.js';
import { loginOf } from '../providers/noreply-address.js';
import { EVERYONE, MYSELF } from './action-filter.js';
import type { ViewerIdentity } from './viewer.identity.js';

/** Finds out who of those who were asked for has done anything: a name may be mistyped. */
export class AskedAuthors {
  private readonly missing: Set<string>;

  constructor(
    private readonly asked: readonly string[],
    private readonly viewer: ViewerIdentity,
  ) {
    this.missing = new Set(asked.includes(EVERYONE) ? [] : asked.map(comparable));
  }

  /** @param actions What answers the question. */
  find(actions: readonly Action[]): void {
    for (const action of actions) {
      if (this.missing.size === 0) return;
      if (this.missing.has(MYSELF) && this.viewer.tookPart(action)) this.missing.delete(MYSELF);
      for (const { login, name, email } of [action.author, ...action.coAuthors]) {
        this.add([login, name, email].filter((text) => text !== undefined));
      }
    }
  }

  /** @param names Whoever a provider found them to be. */
  add(names: readonly string[]): void {
    for (const name of names) {
      this.missing.delete(comparable(name));
      if (this.viewer.hasAddress(name)) this.missing.delete(MYSELF);
      for (const asked of this.missing) {
        if (loginOf(asked) === comparable(name)) this.missing.delete(asked);
      }
    }
  }

  /** Each as the question called them. */
  get coverage(): AuthorCoverage[] {
    if (this.asked.includes(EVERYONE)) return [];
    return [...new Set(this.asked)].map((author) => ({
      author,
      matched: !this.missing.has(comparable(author)),
    }));
  }
}
