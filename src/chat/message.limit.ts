import { Injectable } from '@nestjs/common';
import { CallerLimit } from '../auth/caller.limit.js';
import { DomainError } from '../errors/domain.error.js';
import { CLOSE_TOO_MANY_MESSAGES } from './session-socket.js';
import type { AuthenticatedSocket } from './session-ws.adapter.js';

/** A client that goes on after so many refusals does not read them. */
const MAX_REFUSALS = 20;

interface Refusals {
  readonly last: DomainError;
  /** Until when it holds, on the clock of `performance.now()`, which nobody sets back. */
  readonly until: number;
  readonly count: number;
}

/** Holds the messages of sockets against the limit of their session. */
@Injectable()
export class MessageLimit {
  private readonly refusals = new WeakMap<AuthenticatedSocket, Refusals>();

  constructor(private readonly limit: CallerLimit) {}

  /**
   * Counts one message, whatever is in it. A socket that persists is closed with 4429.
   * @throws DomainError `rate_limited` for a message that must not be handled.
   */
  async admit(socket: AuthenticatedSocket): Promise<void> {
    const refused = this.refusals.get(socket);
    // Until its minute is over, a socket is refused without asking the shared state again.
    if (refused && refused.until > performance.now()) {
      throw this.refuse(socket, refused.last, refused.until);
    }
    try {
      await this.limit.count(socket.identity.sessionId);
    } catch (error) {
      throw error instanceof DomainError ? this.refuse(socket, error, untilOf(error)) : error;
    }
    this.refusals.delete(socket);
  }

  private refuse(socket: AuthenticatedSocket, error: DomainError, until: number): DomainError {
    const count = (this.refusals.get(socket)?.count ?? 0) + 1;
    this.refusals.set(socket, { last: error, until, count });
    if (count > MAX_REFUSALS) socket.close(CLOSE_TOO_MANY_MESSAGES, 'too many messages');
    return error;
  }
}

/** What was just said by the clock on the wall, by the one that nobody sets. */
const untilOf = ({ retryAt }: DomainError): number =>
  performance.now() + Math.max(0, (retryAt?.getTime() ?? 0) - Date.now());
