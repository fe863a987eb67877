import type { Connection } from '../providers/connection.js';
import type { Sealer } from '../state/sealer.js';

/** What a verified access token says. */
export interface Identity {
  /** The user: `github:github.com:583231`, or `guest:<session>` without an account. */
  readonly subject: string;
  readonly sessionId: string;
  /** When the token ends, whatever the session does. */
  readonly expiresAt: Date;
  /** Opens what this session stored; made from the token's session key and the server's key. */
  readonly sealer: Sealer;
}

/** One signed-in user with everything needed to read on their behalf. Lives for one request or socket. */
export interface Session {
  readonly id: string;
  readonly identity: Identity;
  readonly startedAt: string;
  readonly connections: readonly Connection[];
}

/** Whether a provider vouched for the user: reading a git repository alone proves nothing. */
export const isVerified = (session: Session): boolean =>
  session.connections.some(({ viewer }) => viewer !== undefined);
