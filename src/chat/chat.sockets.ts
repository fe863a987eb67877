import { Injectable, Logger } from '@nestjs/common';
import { SessionService } from '../auth/session.service.js';
import { SocketMetrics } from '../ops/metrics/socket.metrics.js';
import { CLOSE_SESSION_OVER, SessionSocket } from './session-socket.js';
import type { AuthenticatedSocket } from './session-ws.adapter.js';

const LOOK_EVERY_MS = 10_000;

/** The open sockets of this process; each is closed when its session is over. */
@Injectable()
export class ChatSockets {
  private readonly logger = new Logger(ChatSockets.name);
  private readonly sockets = new WeakMap<AuthenticatedSocket, SessionSocket>();

  constructor(
    private readonly sessions: SessionService,
    private readonly metrics: SocketMetrics,
  ) {}

  of(client: AuthenticatedSocket): SessionSocket | undefined {
    return this.sockets.get(client);
  }

  /** Takes a socket up from its handshake. */
  async open(client: AuthenticatedSocket): Promise<void> {
    const { identity } = client;
    const socket = new SessionSocket(client, identity, (milliseconds) => {
      this.metrics.sent(milliseconds);
    });
    this.sockets.set(client, socket);
    client.once('close', this.metrics.opened());
    const over = (): void => {
      socket.close(CLOSE_SESSION_OVER, 'the session is over');
    };
    const timer = setInterval(
      () => {
        void this.isOver(identity.sessionId).then((isOver) => {
          if (isOver) over();
        });
      },
      Math.min(LOOK_EVERY_MS, this.sessions.idleMs),
    );
    client.once('close', () => {
      clearInterval(timer);
    });
    const unsubscribe = await this.sessions.onEnd(identity.sessionId, over);
    if (client.readyState === client.OPEN) client.once('close', () => void unsubscribe());
    else await unsubscribe();
  }

  private async isOver(sessionId: string): Promise<boolean> {
    try {
      return !(await this.sessions.isAlive(sessionId));
    } catch (error) {
      this.logger.warn({ err: error }, 'cannot tell whether a session is over');
      return false;
    }
  }
}
