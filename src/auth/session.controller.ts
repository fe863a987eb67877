import { Controller, Delete, Get, Header, HttpCode, Post } from '@nestjs/common';
import { ApiBearerAuth, ApiTags } from '@nestjs/swagger';
import { Environment } from '../config/environment.js';
import { ApiProblems } from '../errors/api-problems.decorator.js';
import { AuditLog } from './audit.log.js';
import { SessionDto, SocketTicketDto } from './auth.dto.js';
import { type Caller, CurrentSession, SignInCaller } from './request.decorators.js';
import type { Session } from './session.js';
import { SessionService } from './session.service.js';
import { SocketTickets } from './socket-tickets.js';
import { TokenQuota } from './token.quota.js';
import { viewSession } from './session.view.js';

@ApiTags('sign-in')
@ApiBearerAuth()
@Controller('session')
export class SessionController {
  constructor(
    private readonly sessions: SessionService,
    private readonly tickets: SocketTickets,
    private readonly quota: TokenQuota,
    private readonly audit: AuditLog,
    private readonly environment: Environment,
  ) {}

  /** Who am I, what is connected, when does it end */
  @Get()
  @ApiProblems()
  async getSession(@CurrentSession() session: Session): Promise<SessionDto> {
    const quota = await this.quota.look(session.identity.subject);
    return viewSession(session, this.environment, quota);
  }

  /** Sign out, everywhere and at once */
  @Delete()
  @HttpCode(204)
  @ApiProblems()
  async signOut(
    @CurrentSession() { id: sessionId, identity }: Session,
    @SignInCaller() { address: client, requestId }: Caller,
  ): Promise<void> {
    await this.sessions.end(sessionId);
    this.audit.record({ event: 'sign_out', user: identity.subject, sessionId, client, requestId });
  }

  /**
   * A ticket for one socket
   *
   * @remarks A browser can hand a socket nothing but subprotocols, and proxies log those: give it this
   * in place of the access token. It opens one socket of the session, within 30 seconds.
   */
  @Post('socket-tickets')
  @Header('cache-control', 'no-store')
  @ApiProblems()
  async createSocketTicket(
    @CurrentSession() { id: sessionId, identity }: Session,
    @SignInCaller() { accessToken, address: client, requestId }: Caller,
  ): Promise<SocketTicketDto> {
    const { ticket, expiresAt } = await this.tickets.issue(accessToken);
    const who = { user: identity.subject, sessionId, client, requestId };
    this.audit.record({ event: 'socket_ticket', ...who });
    return { ticket, expiresAt: expiresAt.toISOString() };
  }
}
