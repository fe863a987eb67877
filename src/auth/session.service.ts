import { Injectable } from '@nestjs/common';
import { randomBytes } from 'node:crypto';
import { Environment } from '../config/environment.js';
import { DomainError } from '../errors/domain.error.js';
import type { Connection } from '../providers/connection.js';
import { SharedState, type StateKey, type Unsubscribe } from '../state/shared-state.js';
import { AuditLog } from './audit.log.js';
import type { Identity, Session } from './session.js';
import { type IssuedToken, TokenService } from './token.service.js';
import { UserSessions } from './user.sessions.js';

const MAX_CONNECTIONS = 10;
/** Every try that fails means that another one succeeded. */
const MAX_TRIES = 100;

/** What is stored of a session, sealed. */
type SessionRecord = Pick<Session, 'startedAt' | 'connections'>;

const recordKey = (sessionId: string): StateKey => ({ scope: sessionId, name: 'session' });
const endKey = (sessionId: string): StateKey => ({ scope: sessionId, name: 'end' });
const contextOf = (sessionId: string): string => `{${sessionId}}:session`;

/** Sessions in the shared state: begun at sign-in, slid by every use, gone when idle or signed out. */
@Injectable()
export class SessionService {
  /** The last record of each session, opened: what opens it is the identity alone. */
  private readonly opened = new WeakMap<Identity, { stored: string; record: SessionRecord }>();

  constructor(
    private readonly state: SharedState,
    private readonly tokens: TokenService,
    private readonly users: UserSessions,
    private readonly audit: AuditLog,
    private readonly environment: Environment,
  ) {}

  /** Begins a session with its first connection; a user's oldest ends where there are too many. */
  async start(connection: Connection): Promise<{ session: Session; token: IssuedToken }> {
    const id = randomBytes(18).toString('base64url');
    const token = await this.tokens.issue(subjectOf(connection, id), id);
    const session: Session = {
      id,
      identity: token.identity,
      startedAt: new Date().toISOString(),
      connections: [ofClient(token.identity, connection)],
    };
    await this.state.set(recordKey(id), this.sealed(session), this.lifetime(token.identity));
    if (connection.viewer) await this.endSurplus(session);
    return { session, token };
  }

  /**
   * Loads the token's session and slides its idle time.
   * @throws DomainError `session_over` when there is none (any more).
   */
  async open(identity: Identity): Promise<Session> {
    const ttl = this.lifetime(identity);
    const stored = await this.state.visit(recordKey(identity.sessionId), ttl);
    if (!stored) throw sessionOver();
    return { id: identity.sessionId, identity, ...this.unsealed(stored, identity) };
  }

  /**
   * Adds a connection, or puts it in the place of the one with the same id.
   * @throws DomainError `too_many_connections`, `session_over`.
   */
  async add(identity: Identity, connection: Connection): Promise<Session> {
    const key = recordKey(identity.sessionId);
    for (let attempt = 0; attempt < MAX_TRIES; attempt += 1) {
      const stored = await this.state.get(key);
      if (!stored) throw sessionOver();
      const { startedAt, connections } = this.unsealed(stored, identity);
      const others = connections.filter(({ id }) => id !== connection.id);
      if (others.length >= MAX_CONNECTIONS) throw tooManyConnections();
      const session: Session = {
        id: identity.sessionId,
        identity,
        startedAt,
        connections: [...others, ofClient(identity, connection)],
      };
      const ttl = this.lifetime(identity);
      if (await this.state.replace(key, stored, this.sealed(session), ttl)) return session;
    }
    throw new DomainError('state_unavailable', 'The session is changed too often at the moment.');
  }

  /** Slides the idle time. @returns false when the session is over. */
  async touch(identity: Identity): Promise<boolean> {
    // Whoever writes as a session ends may leave something of it behind.
    if (!(await this.isAlive(identity.sessionId))) return false;
    return this.state.touch(identity.sessionId, this.lifetime(identity));
  }

  /** Milliseconds until the session is over unless it is used; undefined: it is. Does not slide it. */
  remaining(sessionId: string): Promise<number | undefined> {
    return this.state.remaining(recordKey(sessionId));
  }

  /** Whether the session still is, without sliding it. */
  async isAlive(sessionId: string): Promise<boolean> {
    return (await this.remaining(sessionId)) !== undefined;
  }

  /** Ends the session on every pod and deletes all it stored. */
  async end(sessionId: string): Promise<void> {
    await this.state.drop(sessionId);
    await this.state.publish(endKey(sessionId), 'end');
  }

  /** Calls back once when the session is signed out, on whichever pod that happens. */
  onEnd(sessionId: string, listener: () => void): Promise<Unsubscribe> {
    return this.state.subscribe(endKey(sessionId), listener);
  }

  /** Milliseconds the session may rest from now: its idle time, or less when its token ends sooner. */
  lifetime(identity: Identity): number {
    const untilTokenEnds = identity.expiresAt.getTime() - Date.now();
    return Math.max(1, Math.min(this.idleMs, untilTokenEnds));
  }

  /** Milliseconds without use until a session is over. */
  get idleMs(): number {
    return this.environment.SESSION_IDLE_SECONDS * 1000;
  }

  private async endSurplus({ id, identity }: Session): Promise<void> {
    const isAlive = (sessionId: string) => this.isAlive(sessionId);
    const surplus = await this.users.add(identity.subject, id, isAlive);
    for (const sessionId of surplus) {
      await this.end(sessionId);
      this.audit.record({ event: 'session_replaced', user: identity.subject, sessionId });
    }
  }

  private sealed({ id, identity, startedAt, connections }: Session): string {
    const record: SessionRecord = { startedAt, connections };
    return identity.sealer.seal(JSON.stringify(record), contextOf(id));
  }

  private unsealed(stored: string, identity: Identity): SessionRecord {
    const opened = this.opened.get(identity);
    if (opened?.stored === stored) return opened.record;
    const { sealer, sessionId } = identity;
    try {
      const sealed = JSON.parse(sealer.open(stored, contextOf(sessionId))) as SessionRecord;
      const connections = sealed.connections.map((one) => ofClient(identity, one));
      const record = { ...sealed, connections };
      this.opened.set(identity, { stored, record });
      return record;
    } catch (cause) {
      throw sessionOver(cause);
    }
  }
}

const ofClient = ({ subject }: Identity, connection: Connection): Connection => ({
  ...connection,
  client: subject,
});

function subjectOf({ provider, baseUrl, viewer }: Connection, sessionId: string): string {
  if (!viewer) return `guest:${sessionId}`;
  return `${provider}:${new URL(baseUrl).host}:${viewer.id}`;
}

function sessionOver(cause?: unknown): DomainError {
  return new DomainError('session_over', 'This session has ended.', { cause });
}

function tooManyConnections(): DomainError {
  return new DomainError(
    'too_many_connections',
    `A session holds at most ${String(MAX_CONNECTIONS)} connections.`,
  );
}
