import { Injectable } from '@nestjs/common';
import { Environment } from '../config/environment.js';
import type { Connection } from '../providers/connection.js';
import type { SessionGrantDto } from './auth.dto.js';
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
    private readonly environment: Environment,
  ) {}

  /**
   * @param current The session that the request came with, and its access token.
   * @throws DomainError `sign_in_refused`, `too_many_connections`, `session_over`.
   */
  async grant(
    connection: Connection,
    current: Session | undefined,
    accessToken: string,
    signal: AbortSignal,
  ): Promise<SessionGrantDto> {
    // Who has been admitted may link what they like; without an account there is nobody to admit.
    const isAdmitted = current !== undefined && isVerified(current);
    if (connection.viewer && !isAdmitted) await this.policy.admit(connection, signal);
    if (current) {
      const session = await this.sessions.add(current.identity, connection);
      return this.view(session, accessToken);
    }
    const { session, token } = await this.sessions.start(connection);
    return this.view(session, token.accessToken);
  }

  private view(session: Session, accessToken: string): SessionGrantDto {
    return { ...viewSession(session, this.environment), accessToken, tokenType: 'Bearer' };
  }
}
