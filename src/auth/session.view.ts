import type { Environment } from '../config/environment.js';
import type { Connection } from '../providers/connection.js';
import type { ConnectionDto, SessionDto, UserDto } from './auth.dto.js';
import type { QuotaState } from './token.quota.js';
import { isVerified, type Session } from './session.js';

/** What a user may see of their session: no credential. */
export function viewSession(
  session: Session,
  environment: Environment,
  quota?: QuotaState,
): SessionDto {
  return {
    sessionId: session.id,
    expiresAt: session.identity.expiresAt.toISOString(),
    idleTimeoutSeconds: environment.SESSION_IDLE_SECONDS,
    user: viewUser(session),
    connections: session.connections.map(viewConnection),
    quota: quota && { ...quota, renewsAt: quota.renewsAt.toISOString() },
  };
}

function viewUser(session: Session): UserDto {
  const viewer = session.connections.find((connection) => connection.viewer)?.viewer;
  return {
    id: session.identity.subject,
    name: viewer?.name ?? viewer?.login ?? 'Guest',
    verified: isVerified(session),
  };
}

function viewConnection(connection: Connection): ConnectionDto {
  const { id, provider, label, viewer, scopes, credentialExpiresAt } = connection;
  return {
    id,
    provider,
    label,
    viewer: viewer && { login: viewer.login, name: viewer.name, url: viewer.url },
    scopes: scopes && [...scopes],
    credentialExpiresAt,
  };
}
