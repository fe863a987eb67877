import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

const UPGRADE = 'GET /ws/';

/**
 * A way to a server whose WebSockets can fall silent: nothing passes any more, and neither side is
 * told, as with phones that change their network and with routers that forget.
 */
export class GoingSilent {
  private readonly sockets = new Set<Socket>();
  private readonly webSockets = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async start(target: string): Promise<GoingSilent> {
    const { hostname, port } = new URL(target);
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port: own } = server.address() as AddressInfo;
    const way = new GoingSilent(server, `http://127.0.0.1:${own}`);
    server.on('connection', (client) => {
      const upstream = connect({ host: hostname, port: Number(port) });
      client.once('data', (head) => {
        if (head.toString('latin1').startsWith(UPGRADE)) way.webSockets.add(client).add(upstream);
      });
      client.pipe(upstream).pipe(client);
      for (const socket of [client, upstream]) {
        way.sockets.add(socket);
        socket.on('error', () => socket.destroy());
        socket.once('close', () => {
          way.sockets.delete(socket);
          client.destroy();
          upstream.destroy();
        });
      }
    });
    return way;
  }

  /**
   * Those WebSockets that there are; the next ones are carried as ever. The other connections end, as
   * browsers end those they hold in reserve when the network changes.
   */
  fallSilent(): void {
    for (const socket of this.sockets) {
      if (this.webSockets.has(socket)) socket.unpipe().pause();
      else socket.destroy();
    }
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
    await once(this.server, 'close');
  }
}
