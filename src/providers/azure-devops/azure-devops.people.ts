import type { AuthorFilter } from '../action.js';
import type { Viewer } from '../connection.js';
import { People } from '../people.js';

/** What is no e-mail address. */
const LOGIN = /^[^@]+$/;

/** Whose actions are wanted, sorted by what Azure DevOps can be asked for. */
export class AzureDevopsPeople extends People {
  readonly wantsViewer: boolean;
  /** Accounts other than the viewer's, by something else than their address. */
  readonly otherLogins: readonly string[];

  constructor(filter: AuthorFilter, viewer: Viewer | undefined) {
    super(filter, viewer, LOGIN);
    const own = viewer?.login.toLowerCase();
    this.wantsViewer = own !== undefined && this.logins.includes(own);
    this.otherLogins = this.logins.filter((login) => login !== own);
  }

  get onlyViewer(): boolean {
    return this.wantsViewer && this.otherLogins.length === 0 && this.emails.length === 0;
  }

  /**
   * The one person to ask for the commits of; undefined: they are picked out of everyone's, because a
   * question takes one author, and a login is no part of a commit.
   */
  get commitAuthor(): string | undefined {
    if (this.otherLogins.length > 0) return undefined;
    const own = this.wantsViewer && this.viewer ? namesOfCommitter(this.viewer) : [];
    const names = [...own, ...this.emails];
    return names.length === 1 ? names[0] : undefined;
  }
}

function namesOfCommitter({ emails, name, login }: Viewer): readonly string[] {
  return emails.length > 0 ? emails : [name ?? login];
}
