import type { WebSocket } from 'ws';
import type { Identity } from '../auth/session.js';
import { DomainError } from '../errors/domain.error.js';
import type { Frame } from './replies/reply.message.js';

/** Close codes of DESIGN's protocol beyond those of RFC 6455. */
export const CLOSE_SESSION_OVER = 4401;
export const CLOSE_TOO_MANY_MESSAGES = 4429;
export const CLOSE_SLOW_CONSUMER = 1013;

/** How long one frame may take until it is out of this process. */
const SLOW_AFTER_MS = 5_000;
/** What may wait in this process for one socket. */
export const MAX_BUFFERED_BYTES = 1024 * 1024;
const MAX_FOLLOWED = 8;
const HEARTBEAT: Frame = { event: 'heartbeat', data: {} };

/** One authenticated socket: sends with a bounded buffer and remembers which replies it follows. */
export class SessionSocket {
  private readonly followed = new Map<string, AbortController>();
  /** Runs while something is followed, from the last frame. */
  private heartbeat?: NodeJS.Timeout;

  /**
   * @param heartbeatMs Milliseconds without a frame, while something is followed, until a heartbeat.
   * @param onSent Told how many milliseconds each frame took to leave this process.
   */
  constructor(
    private readonly socket: WebSocket,
    readonly identity: Identity,
    private readonly heartbeatMs: number,
    private readonly onSent: (milliseconds: number) => void,
  ) {
    socket.once('close', () => {
      clearTimeout(this.heartbeat);
      for (const controller of this.followed.values()) controller.abort();
    });
  }

  /** Resolves when the frame has left this process; a reader too slow for that loses the socket. */
  async send(frame: Frame): Promise<void> {
    if (this.socket.readyState !== this.socket.OPEN) return;
    if (this.socket.bufferedAmount > MAX_BUFFERED_BYTES) {
      this.closeSlow();
      return;
    }
    const tooSlow = setTimeout(() => {
      this.closeSlow();
    }, SLOW_AFTER_MS);
    this.heartbeat?.refresh();
    const begunAt = performance.now();
    // The callback comes with an error when the socket closes first.
    await new Promise<unknown>((resolve) => {
      this.socket.send(JSON.stringify(frame), resolve);
    });
    clearTimeout(tooSlow);
    this.onSent(performance.now() - begunAt);
  }

  close(code: number, reason: string): void {
    this.socket.close(code, reason);
  }

  /** @throws DomainError `too_many_replies` when the socket follows as many replies as it may. */
  checkRoom(): void {
    if (this.followed.size < MAX_FOLLOWED) return;
    throw new DomainError(
      'too_many_replies',
      `A socket follows at most ${String(MAX_FOLLOWED)} replies at once.`,
    );
  }

  /**
   * A signal for following a reply: aborted with the socket, and by following the same one anew.
   * @throws DomainError `too_many_replies` when the socket follows as many as it may.
   */
  beginFollowing(replyId: string): AbortController {
    this.followed.get(replyId)?.abort();
    this.followed.delete(replyId);
    this.checkRoom();
    const controller = new AbortController();
    this.followed.set(replyId, controller);
    this.beat();
    return controller;
  }

  endFollowing(replyId: string, controller: AbortController): void {
    if (this.followed.get(replyId) === controller) this.followed.delete(replyId);
    this.beat();
  }

  /** A script does not see pings: these frames tell it that the connection is not dead, but has nothing to say. */
  private beat(): void {
    if (this.followed.size === 0) {
      clearTimeout(this.heartbeat);
      this.heartbeat = undefined;
    } else if (this.socket.readyState === this.socket.OPEN) {
      this.heartbeat ??= setTimeout(() => void this.send(HEARTBEAT), this.heartbeatMs);
    }
  }

  private closeSlow(): void {
    for (const controller of this.followed.values()) controller.abort();
    this.socket.close(CLOSE_SLOW_CONSUMER, 'too slow: resume when there is room');
  }
}
