import { once } from 'node:events';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * A proxy that passes on neither Upgrade nor Connection, as nginx does that is not told to
 * (https://nginx.org/en/docs/http/websocket.html): requests for sockets arrive as any other.
 */
export class WithoutUpgrade {
  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async start(target: string): Promise<WithoutUpgrade> {
    const server = createServer((incoming, response) => {
      const { method, headers, url = '/' } = incoming;
      const passed = { ...headers, connection: 'close' };
      delete passed.upgrade;
      const outgoing = request(new URL(url, target), { method, headers: passed });
      outgoing.once('response', (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        response.flushHeaders();
        answer.pipe(response);
      });
      outgoing.once('error', () => response.destroy());
      response.once('close', () => outgoing.destroy());
      incoming.pipe(outgoing);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    return new WithoutUpgrade(server, `http://127.0.0.1:${port}`);
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }
}
