import { Injectable } from '@nestjs/common';
import { hash, randomBytes } from 'node:crypto';
import { Environment } from '../config/environment.js';
import { DomainError } from '../errors/domain.error.js';
import { SealBroken } from '../state/seal-broken.js';
import { createSealer } from '../state/sealer.js';
import { SharedState, type StateKey } from '../state/shared-state.js';

/** Milliseconds within which a ticket opens its socket. */
const LIFETIME_MS = 30_000;
/** 32 random bytes in base64url. */
const TICKET = /^[\w-]{43}$/;
const CONTEXT = 'socket-ticket';

/** The store is told a ticket's hash only: who reads it there can neither use the ticket nor open its record. */
const keyOf = (ticket: string): StateKey => ({
  scope: `socket-ticket:${hash('sha256', `git-recap/socket-ticket ${ticket}`, 'base64url')}`,
  name: 'ticket',
});

/** What stands for an access token at one handshake. */
export interface SocketTicket {
  readonly ticket: string;
  readonly expiresAt: Date;
}

/**
 * Tickets that open one socket each. Proxies log request headers, and a browser can hand its access
 * token to a socket in no other way than in one; a ticket that was used, or is half a minute old, is of
 * no use to whoever reads it there. The access token waits in the store, sealed under a key that is
 * made of the ticket itself and the server's secret: without the ticket nothing opens it.
 */
@Injectable()
export class SocketTickets {
  constructor(
    private readonly state: SharedState,
    private readonly environment: Environment,
  ) {}

  async issue(accessToken: string): Promise<SocketTicket> {
    const ticket = randomBytes(32).toString('base64url');
    const [sealer] = this.sealersOf(ticket);
    if (!sealer) throw new Error('there is no secret to seal with');
    const expiresAt = new Date(Date.now() + LIFETIME_MS);
    await this.state.set(keyOf(ticket), sealer.seal(accessToken, CONTEXT), LIFETIME_MS);
    return { ticket, expiresAt };
  }

  /**
   * Spends a ticket; of several who try at once, on whichever pods, one succeeds.
   * @returns the access token that it stands for, which may have expired since.
   * @throws DomainError `ticket_refused` for a used, expired or invented one.
   */
  async redeem(ticket: string): Promise<string> {
    const sealed = TICKET.test(ticket) ? await this.state.take(keyOf(ticket)) : undefined;
    if (sealed === undefined) throw refused();
    for (const sealer of this.sealersOf(ticket)) {
      try {
        return sealer.open(sealed, CONTEXT);
      } catch (error) {
        if (!(error instanceof SealBroken)) throw error;
      }
    }
    throw refused();
  }

  /** One for each of the server's secrets: the first may be new since the ticket was issued. */
  private sealersOf(ticket: string) {
    const sessionKey = Buffer.from(ticket, 'base64url');
    return this.environment.JWT_SECRET_KEY.map((serverKey) =>
      createSealer({ serverKey, sessionKey }),
    );
  }
}

function refused(): DomainError {
  return new DomainError('ticket_refused', 'No socket is waiting for this ticket.');
}
