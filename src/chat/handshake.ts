import { Injectable, Logger } from '@nestjs/common';
import type { IncomingMessage } from 'node:http';
import { isRefusal } from '../auth/audit.hook.js';
import { AuditLog } from '../auth/audit.log.js';
import { CallerLimit } from '../auth/caller.limit.js';
import { clientAddress } from '../auth/client-address.js';
import { ClientLocator } from '../auth/client.locator.js';
import { checkOneHost } from '../auth/host.header.js';
import { isLocalHost } from '../auth/local-host.hook.js';
import { bearerOf } from '../auth/identify.hook.js';
import type { Identity } from '../auth/session.js';
import { SessionService } from '../auth/session.service.js';
import { SocketTickets } from '../auth/socket-tickets.js';
import { TokenService } from '../auth/token.service.js';
import { Environment } from '../config/environment.js';
import { DomainError } from '../errors/domain.error.js';
import type { Problem } from '../errors/problem.js';
import { ConnectionCap } from '../ops/connection.cap.js';
import { Drain } from '../ops/drain.js';
import { SocketLimit } from './socket.limit.js';

/**
 * Browsers cannot set headers on a socket, only offer subprotocols: the second one is a ticket, or for
 * clients that know no tickets the access token itself, which proxies may log.
 */
const SUBPROTOCOL = 'git-recap.v1';
const TICKET_PREFIX = 'ticket.';
const BEARER_PREFIX = 'bearer.';

/** A socket that may be opened. */
interface Admission {
  readonly identity: Identity;
  /** To be called when its connection has closed. */
  readonly leave: () => void;
}

/** Decides, before the handshake, whose socket it is and whether it may be. */
@Injectable()
export class Handshake {
  private readonly logger = new Logger(Handshake.name);

  constructor(
    private readonly tokens: TokenService,
    private readonly tickets: SocketTickets,
    private readonly sessions: SessionService,
    private readonly limit: CallerLimit,
    private readonly socketLimit: SocketLimit,
    private readonly cap: ConnectionCap,
    private readonly clients: ClientLocator,
    private readonly environment: Environment,
    private readonly audit: AuditLog,
    private readonly drain: Drain,
  ) {}

  /**
   * @throws DomainError `unauthorized`, `ticket_refused`, `session_over`, `forbidden`, `foreign_origin`,
   *   `foreign_host`, `rate_limited`, `too_many_sockets`, `server_busy`, `draining`.
   */
  async authenticate(request: IncomingMessage, sessionId: string): Promise<Admission> {
    await this.checkCircumstances(request);
    const identity = await this.identify(request).catch(async (error: unknown) => {
      await this.limit.count(clientAddress(this.locate(request), request.socket));
      throw error;
    });
    await this.limit.count(identity.sessionId);
    if (identity.sessionId !== sessionId) {
      throw new DomainError('forbidden', 'This socket belongs to another session.');
    }
    await this.sessions.open(identity);
    return { identity, leave: await this.socketLimit.enter(identity) };
  }

  /** The client's address, behind the proxies that are trusted. */
  locate(request: IncomingMessage): string {
    return this.clients.locate(request);
  }

  /** Writes down a handshake that was answered with a problem, under the id that its client was told. */
  refused({ requestId, status, code }: Problem, client: string | undefined): void {
    this.logger.log({ requestId, status, code, client }, 'handshake refused');
    if (!isRefusal(code)) return;
    this.audit.record({ event: 'refusal', client, requestId, code, route: 'GET /ws/:sessionId' });
  }

  /** What does not hang on who asks. A ticket is spent here, too: proxies log what was refused. */
  private async checkCircumstances(request: IncomingMessage): Promise<void> {
    try {
      this.drain.check();
      this.cap.check(request.socket);
      checkOneHost(request);
      this.checkHost(request);
      this.checkOrigin(request);
    } catch (error) {
      const ticket = offered(request, TICKET_PREFIX);
      if (ticket !== undefined) await Promise.allSettled([this.tickets.redeem(ticket)]);
      throw error;
    }
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
