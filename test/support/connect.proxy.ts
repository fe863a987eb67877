import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';

/** A proxy as companies have it: it tunnels for those who give the password. */
export class ConnectProxy {
  /** Where tunnels went: `localhost:8443`. */
  readonly tunnels: string[] = [];

  private constructor(private readonly server: Server) {}

  static async start(credentials: string): Promise<ConnectProxy> {
    const server = createServer();
    const proxy = new ConnectProxy(server);
    const known = `Basic ${Buffer.from(credentials).toString('base64')}`;
    server.on('connect', ({ url = '', headers }, client, head) => {
      if (headers['proxy-authorization'] !== known) {
        client.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
        return;
      }
      proxy.tunnels.push(url);
      const { hostname, port } = new URL(`http://${url}`);
      const upstream = connect(Number(port), hostname, () => {
        client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
        upstream.write(head);
        upstream.pipe(client).pipe(upstream);
      });
      upstream.on('error', () => client.destroy());
      client.on('error', () => upstream.destroy());
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return proxy;
  }

  /** `127.0.0.1:<port>` */
  get host(): string {
    return `127.0.0.1:${String((this.server.address() as AddressInfo).port)}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
