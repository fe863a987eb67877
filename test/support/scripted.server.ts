import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Reply = (response: ServerResponse, request: IncomingMessage) => void;

/** A real HTTP server that answers as each spec says, and remembers what it was asked. */
export class ScriptedServer {
  readonly requests: IncomingMessage[] = [];
  maxInFlight = 0;
  private inFlight = 0;

  private constructor(
    private readonly server: Server,
    private reply: Reply,
  ) {}

  /** @param reply For each request; the spec may give another one later. */
  static async start(reply: Reply = (response) => void response.end()): Promise<ScriptedServer> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const scripted = new ScriptedServer(server, reply);
    server.on('request', (request, response) => {
      scripted.receive(request, response);
    });
    return scripted;
  }

  get url(): string {
    return `http://127.0.0.1:${String((this.server.address() as AddressInfo).port)}`;
  }

  /** One reply for each request in turn; the last one for all that follow. */
  replyWith(...replies: readonly Reply[]): void {
    let next = 0;
    this.reply = (response, request) => {
      replies[Math.min(next++, replies.length - 1)]!(response, request);
    };
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private receive(request: IncomingMessage, response: ServerResponse): void {
    this.requests.push(request);
    this.inFlight += 1;
    this.maxInFlight = Math.max(this.maxInFlight, this.inFlight);
    response.once('close', () => (this.inFlight -= 1));
    this.reply(response, request);
  }
}
