import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';

/** Takes connections and says nothing, not even a TLS hello. */
export class SilentHost {
  private readonly sockets = new Set<Socket>();
  private readonly server: Server = createServer((socket) => {
    this.sockets.add(socket.on('error', () => undefined));
  });

  static async start(): Promise<SilentHost> {
    const host = new SilentHost();
    host.server.listen(0, 'localhost');
    await once(host.server, 'listening');
    return host;
  }

  /** `localhost:<port>` */
  get host(): string {
    return `localhost:${String((this.server.address() as AddressInfo).port)}`;
  }

  /** How many have connected. */
  get visitors(): number {
    return this.sockets.size;
  }

  stop(): void {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
  }
}
