import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { eventually } from '../../test/support/eventually.js';
import { hangUpWhenSilent } from './hang-up.js';

const PATIENCE_MS = 300;

/** Gives each command its second word as the answer, as `ECHO` does, or holds it back. */
class EchoServer {
  readonly connections: Socket[] = [];
  readonly heldBack: string[] = [];
  private readonly server: Server;

  private constructor(private readonly isHeldBack: (word: string) => boolean) {
    this.server = createServer((socket) => this.serve(socket));
  }

  static async start(isHeldBack: (word: string) => boolean): Promise<EchoServer> {
    const echo = new EchoServer(isHeldBack);
    echo.server.listen(0, '127.0.0.1');
    await once(echo.server, 'listening');
    return echo;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    for (const socket of this.connections) socket.destroy();
    this.server.close();
    await once(this.server, 'close');
  }

  private serve(socket: Socket): void {
    this.connections.push(socket);
    socket.on('error', () => undefined);
    socket.on('data', (data: Buffer) => {
      // https://redis.io/docs/latest/develop/reference/protocol-spec/ – one array of two bulk strings a command
      for (const [, word = ''] of data
        .toString()
        .matchAll(/\*2\r\n\$4\r\necho\r\n\$\d+\r\n(\w+)/gi)) {
        // Answers come in the order of their commands: what is behind one held back waits, too.
        this.heldBack.push(word);
        if (!this.isHeldBack(word)) {
          for (const held of this.heldBack.splice(0)) socket.write(`+${held}\r\n`);
        }
      }
    });
  }
}

describe('a command that is not answered in time', () => {
  let server: EchoServer;
  let client: Redis;

  beforeEach(async () => {
    server = await EchoServer.start((word) => word.startsWith('slow'));
    client = new Redis(server.port, '127.0.0.1', {
      enableReadyCheck: false,
      enableOfflineQueue: false,
      autoResendUnfulfilledCommands: false,
      disableClientInfo: true,
      lazyConnect: true,
      retryStrategy: () => 10,
    });
    client.on('error', () => undefined);
    hangUpWhenSilent(client, PATIENCE_MS);
    await client.connect();
  });

  afterEach(async () => {
    client.disconnect();
    await server.stop();
  });

  it('ends alone where others are answered: the connection stays', async () => {
    const [quick, slow] = await Promise.allSettled([client.echo('quick'), client.echo('slow')]);
    expect(quick).toMatchObject({ value: 'quick' });
    expect(slow).toMatchObject({
      reason: { message: expect.stringContaining('no answer within') },
    });

    expect(await client.echo('next')).toBe('next');
    expect(server.connections).toHaveLength(1);
  });

  it('has no more time for an answer that comes drop by drop', async () => {
    const slow = client.echo('slow');
    await eventually(() => expect(server.heldBack).toEqual(['slow']));
    server.connections[0]?.write('+');
    const dripping = setInterval(() => server.connections[0]?.write('.'), 20);
    await expect(slow).rejects.toThrow(`no answer within ${String(PATIENCE_MS)} ms`);
    clearInterval(dripping);
  });

  it('takes the connection with it where nothing came meanwhile', async () => {
    const lost = [client.echo('slow1'), client.echo('slow2')];
    const outcomes = await Promise.allSettled(lost);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await eventually(async () => expect(await client.echo('next')).toBe('next'));
    expect(server.connections).toHaveLength(2);
  });
});
