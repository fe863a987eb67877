import { Injectable } from '@nestjs/common';
import { Environment } from '../config/environment.js';
import type { Connection } from '../providers/connection.js';
import type { SessionGrantDto } from './auth.dto.js';
import type { Session } from './session.js';
import { SessionService } from './session.service.js';
import { viewSession } from './session.view.js';

/** What every way to sign in ends with: a new session, or one more connection of a live one. */
@Injectable()
export class SessionGrants {
  constructor(
    private readonly sessions: SessionService,
    private readonly environment: Environment,
  ) {}

  /**
   * @param current The session that the request came with, and its access token.
   * @throws DomainError `too_many_connections`, `session_over`.
   */
  async grant(
    connection: Connection,
    current: Session | undefined,
    accessToken: string,
  ): Promise<SessionGrantDto> {
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
