import { setTimeout as sleep } from 'node:timers/promises';
import type { SessionGrantDto } from '../../src/auth/auth.dto.js';
import { HandshakeRefused, type ReceivedFrame, SocketClient } from './socket.client.js';

const PATIENCE_MS = 30_000;
const PAUSE_MS = 50;

/**
 * Reads one reply as a client should: whenever its socket is gone, or says that the reply cannot be
 * read for now, it connects to the next server and resumes behind the last event it has seen.
 */
export class ResumingReader {
  /** The reply's events, in the order they came. */
  readonly events: ReceivedFrame[] = [];
  replyId: string | undefined;
  /** How often it had to resume. */
  resumed = 0;
  private socket?: SocketClient;

  /** @param urls The servers to connect to, asked before each connection; the first that takes it is used. */
  constructor(
    private readonly urls: () => readonly string[],
    private readonly grant: SessionGrantDto,
  ) {}

  get lastSeq(): number {
    return this.events.at(-1)?.data.seq ?? 0;
  }

  get text(): string {
    return this.events.map(({ data }) => data.text ?? '').join('');
  }

  /** Asks for a recap and reads it to its end. */
  async read(request: unknown = {}): Promise<void> {
    const giveUpAt = Date.now() + PATIENCE_MS;
    while (!this.isOver) {
      if (Date.now() > giveUpAt) throw new Error(`no end after ${String(this.lastSeq)} events`);
      const socket = await this.connect();
      if (socket) {
        await this.follow(socket, request).catch(() => undefined);
        socket.terminate();
      }
      await sleep(PAUSE_MS);
    }
  }

  /** Loses the connection, as in a tunnel. */
  cut(): void {
    this.socket?.terminate();
  }

  private get isOver(): boolean {
    const last = this.events.at(-1)?.event;
    return last === 'done' || last === 'error';
  }

  private async connect(): Promise<SocketClient | undefined> {
    for (const url of this.urls()) {
      try {
        const { sessionId, accessToken } = this.grant;
        return await SocketClient.open(url, sessionId, accessToken);
      } catch (error) {
        if (error instanceof HandshakeRefused && error.status < 500) throw error;
      }
    }
    return undefined;
  }

  private async follow(socket: SocketClient, request: unknown): Promise<void> {
    this.socket = socket;
    if (this.replyId === undefined) {
      socket.send('recap', request);
      this.replyId = (await socket.waitForEvent('accepted')).data.replyId;
    } else {
      this.resumed += 1;
      socket.send('resume', { replyId: this.replyId, after: this.lastSeq });
    }
    for (let read = 0; !this.isOver;) {
      const frame = await socket.waitFor((candidate) => socket.frames.indexOf(candidate) >= read);
      read = socket.frames.indexOf(frame) + 1;
      if (frame.data.seq !== undefined) this.events.push(frame);
      // Without a number it is no event of the reply, but says why it cannot be followed now.
      else if (frame.event === 'error') return;
    }
  }
}
