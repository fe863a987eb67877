import { call } from './api.js';

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

  /** Takes up the session of before a reload. Throws when the server does not know it any more. */
  async restore() {
    const stored = sessionStorage.getItem(KEY);
    if (!stored) return;
    /** @type {Grant} */
    const grant = JSON.parse(stored);
    const current = await call('session', { token: grant.accessToken });
    this.keep({ ...grant, ...current });
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
