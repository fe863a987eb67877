import { Injectable } from '@nestjs/common';
import type { IncomingMessage } from 'node:http';
import { isRefusal } from '../auth/audit.hook.js';
import { AuditLog } from '../auth/audit.log.js';
import { CallerLimit } from '../auth/caller.limit.js';
import { clientAddress } from '../auth/client-address.js';
import { ClientLocator } from '../auth/client.locator.js';
import { isLocalHost } from '../auth/local-host.hook.js';
import { bearerOf } from '../auth/identify.hook.js';
import type { Identity } from '../auth/session.js';
import { SessionService } from '../auth/session.service.js';
import { SocketTickets } from '../auth/socket-tickets.js';
import { TokenService } from '../auth/token.service.js';
import { Environment } from '../config/environment.js';
import { DomainError } from '../errors/domain.error.js';
import { Drain } from '../ops/drain.js';

/**
 * Browsers cannot set headers on a socket, only offer subprotocols: the second one is a ticket, or for
 * clients that know no tickets the access token itself, which proxies may log.
 */
const SUBPROTOCOL = 'git-recap.v1';
const TICKET_PREFIX = 'ticket.';
const BEARER_PREFIX = 'bearer.';

/** Decides, before the handshake, whose socket it is and whether it may be. */
@Injectable()
export class Handshake {
  constructor(
    private readonly tokens: TokenService,
    private readonly tickets: SocketTickets,
    private readonly sessions: SessionService,
    private readonly limit: CallerLimit,
    private readonly clients: ClientLocator,
    private readonly environment: Environment,
    private readonly audit: AuditLog,
    private readonly drain: Drain,
  ) {}

  /** @throws DomainError `unauthorized`, `ticket_refused`, `session_over`, `forbidden`, `foreign_origin`, `foreign_host`, `rate_limited`, `draining`. */
  async authenticate(request: IncomingMessage, sessionId: string): Promise<Identity> {
    const client = this.clients.locate(request);
    try {
      return await this.admit(request, sessionId, client);
    } catch (error) {
      this.recordRefusal(error, client);
      throw error;
    }
  }

  private async admit(
    request: IncomingMessage,
    sessionId: string,
    client: string,
  ): Promise<Identity> {
    this.drain.check();
    this.checkHost(request);
    this.checkOrigin(request);
    const identity = await this.identify(request).catch(async (error: unknown) => {
      await this.limit.count(clientAddress(client, request.socket));
      throw error;
    });
    await this.limit.count(identity.sessionId);
    if (identity.sessionId !== sessionId) {
      throw new DomainError('forbidden', 'This socket belongs to another session.');
    }
    await this.sessions.open(identity);
    return identity;
  }

  private async identify(request: IncomingMessage): Promise<Identity> {
    const ticket = offered(request, TICKET_PREFIX);
    const accessToken =
      ticket === undefined ? accessTokenOf(request) : await this.tickets.redeem(ticket);
    if (!accessToken) {
      throw new DomainError('unauthorized', 'The socket needs a ticket or an access token.');
    }
    return this.tokens.verify(accessToken);
  }

  private recordRefusal(error: unknown, client: string): void {
    if (!(error instanceof DomainError) || !isRefusal(error.code)) return;
    this.audit.record({ event: 'refusal', client, code: error.code, route: 'GET /ws/:sessionId' });
  }

  private checkHost({ headers }: IncomingMessage): void {
    if (this.environment.isProduction || isLocalHost(headers.host)) return;
    throw new DomainError('foreign_host', 'This development server answers only to localhost.');
  }

  /** Other clients than browsers send no Origin; a page of this server has its own. */
  private checkOrigin({ headers }: IncomingMessage): void {
    const { origin, host } = headers;
    if (origin === undefined || this.environment.CORS_ORIGINS.includes(origin)) return;
    if (host && URL.canParse(origin) && new URL(origin).host === host) return;
    throw new DomainError('foreign_origin', 'Sockets are not opened for this origin.');
  }
}

/** The only subprotocol that is answered: the one with the ticket or token must not be sent back. */
export function chooseProtocol(protocols: Set<string>): string | false {
  return protocols.has(SUBPROTOCOL) ? SUBPROTOCOL : false;
}

function accessTokenOf(request: IncomingMessage): string | undefined {
  const protocol = offered(request, BEARER_PREFIX);
  return bearerOf(request.headers.authorization) ?? bearerOf(protocol && `Bearer ${protocol}`);
}

/** What stands behind the prefix in the first subprotocol that begins with it. */
function offered({ headers }: IncomingMessage, prefix: string): string | undefined {
  const protocols = (headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
  return protocols.find((name) => name.startsWith(prefix))?.slice(prefix.length);
}
