import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const DELAY_MS = 80;
/** How long a socket lives. Requests are over by then; who reads a reply loses it. */
const CUT_AFTER_MS = 2_500;
const UPGRADE = 'GET /ws/';

/** A way to a server on which everything comes later, and WebSockets break. */
export class BadNetwork {
  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async start(target: string): Promise<BadNetwork> {
    const { hostname, port } = new URL(target);
    const server = createServer((client) => {
      const upstream = connect({ host: hostname, port: Number(port) });
      client.once('data', (head) => {
        if (!head.toString('latin1').startsWith(UPGRADE)) return;
        setTimeout(() => client.destroy(), CUT_AFTER_MS);
      });
      void carry(client, upstream);
      void carry(upstream, client);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new BadNetwork(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  }

  async stop(): Promise<void> {
    this.server.close();
    await once(this.server, 'close');
  }
}

/** In order, each piece a while after it came; what ends on one side ends on the other. */
async function carry(from: Socket, to: Socket): Promise<void> {
  try {
    for await (const piece of from) {
      await sleep(DELAY_MS);
      if (!to.destroyed) to.write(piece as Buffer);
    }
    to.end();
  } catch {
    to.destroy();
  }
}
