import type { Action, ActionQuery, Author } from '../providers/action.js';
import type { Connection } from '../providers/connection.js';

/**
 * The person signed in, as all connections of a session know them together. Addresses mean the same
 * person everywhere, logins only at their own provider.
 */
export class ViewerIdentity {
  private readonly emails: ReadonlySet<string>;
  private readonly person?: Author;

  constructor(private readonly connections: readonly Connection[]) {
    const viewers = connections.flatMap(({ viewer }) => viewer ?? []);
    const [first] = viewers;
    this.emails = new Set(viewers.flatMap(({ emails }) => emails));
    this.person = first && { login: first.login, name: first.name ?? first.login, bot: false };
  }

  /** A connection that belongs to nobody, a git repository, knows "me" by the addresses of the others. */
  ask({ viewer }: Connection, query: ActionQuery): ActionQuery {
    const { authors } = query;
    if (viewer || authors.everyone || !authors.viewer) return query;
    return { ...query, authors: { ...authors, names: [...authors.names, ...this.emails] } };
  }

  /** The same action with the viewer under one name, whichever of their names it came with. */
  fold(action: Action): Action {
    const { person } = this;
    if (!person) return action;
    const isViewer = (author: Author): boolean => this.isViewer(action, author);
    const author = isViewer(action.author) ? { ...action.author, ...person } : action.author;
    const others = action.coAuthors.filter((one) => !isViewer(one));
    const isCoAuthor = others.length < action.coAuthors.length && author === action.author;
    return { ...action, author, coAuthors: isCoAuthor ? [person, ...others] : others };
  }

  /** Whether an address is the person's who is signed in. */
  hasAddress(email: string): boolean {
    return this.emails.has(email.toLowerCase());
  }

  /** Whether the person signed in had a part in it. */
  tookPart(action: Action): boolean {
    return [action.author, ...action.coAuthors].some((person) => this.isViewer(action, person));
  }

  private isViewer({ provider }: Action, { email, login, bot }: Author): boolean {
    if (bot) return false;
    if (email !== undefined && this.emails.has(email.toLowerCase())) return true;
    return this.connections.some(
      (connection) =>
        connection.provider === provider &&
        connection.viewer !== undefined &&
        connection.viewer.login.toLowerCase() === login?.toLowerCase(),
    );
  }
}
