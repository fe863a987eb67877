import { Injectable } from '@nestjs/common';
import { Environment } from '../config/environment.js';
import type { Connection } from '../providers/connection.js';
import { AuditLog } from './audit.log.js';
import type { SessionGrantDto } from './auth.dto.js';
import type { Caller } from './request.decorators.js';
import { isVerified, type Session } from './session.js';
import { SessionService } from './session.service.js';
import { viewSession } from './session.view.js';
import { SignInPolicy } from './sign-in.policy.js';

/** What every way to sign in ends with: a new session, or one more connection of a live one. */
@Injectable()
export class SessionGrants {
  constructor(
    private readonly sessions: SessionService,
    private readonly policy: SignInPolicy,
    private readonly audit: AuditLog,
    private readonly environment: Environment,
  ) {}

  /** @throws DomainError `sign_in_refused`, `too_many_connections`, `session_over`. */
  async grant(connection: Connection, caller: Caller): Promise<SessionGrantDto> {
    const { session: current, signal } = caller;
    // Who has been admitted may link what they like; without an account there is nobody to admit.
    const isAdmitted = current !== undefined && isVerified(current);
    if (connection.viewer && !isAdmitted) await this.policy.admit(connection, signal);
    if (current) {
      const session = await this.sessions.add(current.identity, connection);
      this.record('link', connection, session, caller);
      return this.view(session, caller.accessToken);
    }
    const { session, token } = await this.sessions.start(connection);
    this.record('sign_in', connection, session, caller);
    return this.view(session, token.accessToken);
  }

  private record(
    event: 'sign_in' | 'link',
    { provider, baseUrl }: Connection,
    { id: sessionId, identity }: Session,
    { address: client, requestId }: Caller,
  ): void {
    // Which repository somebody reads is nobody's business in a log.
    const server = provider === 'git' ? undefined : new URL(baseUrl).host;
    const who = { user: identity.subject, sessionId, client, requestId };
    this.audit.record({ event, ...who, provider, server });
  }

  private view(session: Session, accessToken: string): SessionGrantDto {
    return { ...viewSession(session, this.environment), accessToken, tokenType: 'Bearer' };
  }
}
