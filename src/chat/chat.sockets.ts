import { Injectable, Logger } from '@nestjs/common';
import { SessionService } from '../auth/session.service.js';
import { SocketMetrics } from '../ops/metrics/socket.metrics.js';
import { CLOSE_SESSION_OVER, SessionSocket } from './session-socket.js';
import type { AuthenticatedSocket } from './session-ws.adapter.js';
import { SocketTimes } from './socket.times.js';

/** While the store does not tell. */
const LOOK_AGAIN_MS = 1_000;

/** The open sockets of this process; each is closed when its session is over. */
@Injectable()
export class ChatSockets {
  private readonly logger = new Logger(ChatSockets.name);
  private readonly sockets = new WeakMap<AuthenticatedSocket, SessionSocket>();

  constructor(
    private readonly sessions: SessionService,
    private readonly metrics: SocketMetrics,
    private readonly times: SocketTimes,
  ) {}

  of(client: AuthenticatedSocket): SessionSocket | undefined {
    return this.sockets.get(client);
  }

  /** Takes a socket up from its handshake. */
  async open(client: AuthenticatedSocket): Promise<void> {
    const { identity } = client;
    const socket = new SessionSocket(client, identity, this.times.heartbeatMs, (milliseconds) => {
      this.metrics.sent(milliseconds);
    });
    this.sockets.set(client, socket);
    client.once('close', this.metrics.opened());
    const over = (): void => {
      socket.close(CLOSE_SESSION_OVER, 'the session is over');
    };
    this.watch(client, over);
    const unsubscribe = await this.sessions.onEnd(identity.sessionId, over);
    if (client.readyState === client.OPEN) client.once('close', () => void unsubscribe());
    else await unsubscribe();
  }

  /** Looks when the session would be over if nobody had used it since. */
  private watch(client: AuthenticatedSocket, over: () => void): void {
    const { identity } = client;
    let timer: NodeJS.Timeout;
    const lookIn = (milliseconds: number): void => {
      timer = setTimeout(() => void look(), Math.min(milliseconds, this.times.lookMs));
    };
    const look = async (): Promise<void> => {
      const remaining = await this.remaining(identity.sessionId);
      if (remaining === undefined) over();
      else if (client.readyState === client.OPEN) lookIn(remaining);
    };
    lookIn(this.sessions.lifetime(identity));
    client.once('close', () => {
      clearTimeout(timer);
    });
  }

  /** Milliseconds, undefined when the session is over. */
  private async remaining(sessionId: string): Promise<number | undefined> {
    try {
      return await this.sessions.remaining(sessionId);
    } catch (error) {
      this.logger.warn({ err: error }, 'cannot tell whether a session is over');
      return LOOK_AGAIN_MS;
    }
  }
}
