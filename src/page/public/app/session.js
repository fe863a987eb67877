import { call } from './api.js';
import { nameOfProvider } from './providers.js';

/**
 * @typedef {{ id: string, provider: string, label: string, viewer?: { login: string, name?: string } }} Connection
 * @typedef {{ sessionId: string, accessToken: string, idleTimeoutSeconds: number,
 *   user: { name: string, verified: boolean }, connections: Connection[] }} Grant
 */

const KEY = 'git-recap.session';

/**
 * Who is signed in. The grant is kept for this tab alone (sessionStorage), so that a reload does not
 * sign out; the provider's own token is never kept.
 */
export class Session {
  /** @type {Grant | undefined} */
  grant = undefined;

  get token() {
    return this.grant?.accessToken;
  }

  /** Whether "my work" means someone's. */
  get hasViewer() {
    return this.grant?.connections.some(({ viewer }) => viewer) ?? false;
  }

  /** @param {Grant} grant */
  keep(grant) {
    this.grant = grant;
    sessionStorage.setItem(KEY, JSON.stringify(grant));
  }

  forget() {
    this.grant = undefined;
    sessionStorage.removeItem(KEY);
  }

  /** Takes up the session of before a reload, as far as this tab knows it. */
  recall() {
    const stored = sessionStorage.getItem(KEY);
    if (stored) this.grant = JSON.parse(stored);
  }

  /** Asks the server what it knows of the session, which is a use of it, too. Throws when it is over. */
  async refresh() {
    const { grant } = this;
    if (!grant) return;
    const current = await call('session', { token: grant.accessToken });
    if (this.grant) this.keep({ ...this.grant, ...current });
  }

  /**
   * What a connection is called.
   * @param {{ id: string, provider: string }} connection
   */
  nameOf({ id, provider }) {
    const known = this.grant?.connections.find((connection) => connection.id === id);
    return known?.label ?? nameOfProvider(provider);
  }

  /**
   * Adds a source; the first one begins the session.
   * @param {'pat' | 'clone'} path
   * @param {object} source
   */
  async add(path, source) {
    this.keep(await call(path, { method: 'POST', body: source, token: this.token }));
  }

  async signOut() {
    const { token } = this;
    this.forget();
    await call('session', { method: 'DELETE', token });
  }
}
