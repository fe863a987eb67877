import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { WebSocket } from 'ws';
import { plantPrivate, plantToken } from './logs/planted.js';
import type { Problem } from '../../src/errors/problem.js';

export interface ReceivedFrame {
  readonly event: string;
  readonly data: {
    readonly replyId?: string;
    readonly seq?: number;
    readonly ref?: string;
    readonly text?: string;
    readonly bullet?: number;
    readonly stopReason?: string;
    readonly usage?: object;
    readonly omittedTurns?: number;
    readonly action?: { readonly id: string; readonly title: string; readonly url: string };
    readonly problem?: Problem;
  };
}

/** How the server answered a handshake it refused. */
export class HandshakeRefused extends Error {
  constructor(
    readonly status: number,
    /** Empty where it was not this server that answered. */
    readonly problem: Partial<Problem>,
  ) {
    super(`refused with ${String(status)} ${String(problem.code)}`);
  }
}

/** Less than a spec is given, so that what did not come is named. */
const PATIENCE_MS = 12_000;

/** A client of the socket that keeps everything it was sent, in order. */
export class SocketClient {
  readonly frames: ReceivedFrame[] = [];
  readonly closed: Promise<{ code: number; reason: string }>;
  private wake: () => void = () => undefined;

  private constructor(private readonly socket: WebSocket) {
    // What breaks a connection closes it, too.
    socket.on('error', () => undefined);
    socket.on('message', (data: Buffer) => {
      const frame = JSON.parse(data.toString()) as ReceivedFrame;
      plantPrivate([frame.data.action, { text: frame.data.text }]);
      this.frames.push(frame);
      this.wake();
    });
    this.closed = new Promise((resolve) => {
      socket.once('close', (code, reason) => {
        resolve({ code, reason: reason.toString() });
        this.wake();
      });
    });
  }

  /** @throws HandshakeRefused with the problem the server answered. */
  static async open(
    serverUrl: string,
    sessionId: string,
    accessToken?: string,
    options: { protocols?: string[]; headers?: Record<string, string> } = {},
  ): Promise<SocketClient> {
    plantToken(accessToken);
    const url = `${serverUrl.replace('http', 'ws')}/ws/${sessionId}`;
    const socket = new WebSocket(url, options.protocols, {
      headers: {
        ...(accessToken ? { authorization: `Bearer ${accessToken}` } : {}),
        ...options.headers,
      },
    });
    const client = new SocketClient(socket);
    const refused = once(socket, 'unexpected-response').then(([, response]) =>
      refusalIn(response as IncomingMessage),
    );
    await Promise.race([once(socket, 'open'), refused]);
    return client;
  }

  get protocol(): string {
    return this.socket.protocol;
  }

  send(event: string, data?: unknown): void {
    this.socket.send(JSON.stringify({ event, data }));
  }

  sendRaw(data: string | Buffer): void {
    this.socket.send(data);
  }

  /** A heartbeat: the server answers it by itself. */
  ping(): void {
    if (this.socket.readyState === this.socket.OPEN) this.socket.ping();
  }

  /** Stops reading from the network, as a reader does that is too slow. */
  pause(): void {
    this.socket.pause();
  }

  unpause(): void {
    this.socket.resume();
  }

  terminate(): void {
    this.socket.terminate();
  }

  close(): Promise<{ code: number; reason: string }> {
    this.socket.close();
    return this.closed;
  }

  /** The first frame that fits, now or later; fails when the socket closes or patience ends first. */
  async waitFor(fits: (frame: ReceivedFrame) => boolean): Promise<ReceivedFrame> {
    const giveUpAt = Date.now() + PATIENCE_MS;
    for (;;) {
      const found = this.frames.find(fits);
      if (found) return found;
      if (this.socket.readyState === this.socket.CLOSED || Date.now() > giveUpAt) {
        throw new Error(`no such frame among ${JSON.stringify(this.frames.slice(-5))}`);
      }
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 1_000);
        this.wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  waitForEvent(event: string): Promise<ReceivedFrame> {
    return this.waitFor((frame) => frame.event === event);
  }

  /** The end of a reply. */
  waitForEnd(replyId: string | undefined): Promise<ReceivedFrame> {
    return this.waitFor(
      ({ event, data }) => data.replyId === replyId && ['done', 'error'].includes(event),
    );
  }

  /** The numbered frames of a reply, in the order they came. */
  eventsOf(replyId: string | undefined): ReceivedFrame[] {
    return this.frames.filter(({ data }) => data.replyId === replyId && data.seq !== undefined);
  }

  textOf(replyId: string | undefined): string {
    return this.eventsOf(replyId)
      .map(({ data }) => data.text ?? '')
      .join('');
  }
}

/** @throws HandshakeRefused */
async function refusalIn(response: IncomingMessage): Promise<never> {
  const text = Buffer.concat((await response.toArray()) as Buffer[]).toString();
  const isProblem = response.headers['content-type']?.startsWith('application/problem+json');
  throw new HandshakeRefused(
    response.statusCode ?? 0,
    isProblem ? (JSON.parse(text) as Problem) : {},
  );
}
