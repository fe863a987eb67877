import { Redis } from 'ioredis';
import { eventually } from './eventually.js';
import { freePort, RedisServer } from './redis.server.js';

const SLOTS = [
  [0, 5460],
  [5461, 10_922],
  [10_923, 16_383],
] as const;

/** A Redis Cluster of a spec's own: three nodes that share the slots. */
export class RedisCluster {
  private constructor(readonly nodes: readonly RedisServer[]) {}

  static async start(): Promise<RedisCluster> {
    const buses = await Promise.all(SLOTS.map(() => freePort()));
    const nodes = await Promise.all(
      buses.map((bus) => RedisServer.start('--cluster-enabled', 'yes', '--cluster-port', `${bus}`)),
    );
    const clients = nodes.map(({ url }) => new Redis(url));
    for (const [index, client] of clients.entries()) {
      await client.call('CLUSTER', 'ADDSLOTSRANGE', ...SLOTS[index]!);
      await client.call('CLUSTER', 'SET-CONFIG-EPOCH', index + 1);
      await client.call('CLUSTER', 'MEET', '127.0.0.1', nodes[0]!.port, buses[0]!);
    }
    for (const client of clients) {
      await eventually(async () => {
        const info = String(await client.call('CLUSTER', 'INFO'));
        const isWhole = ['cluster_state:ok', 'cluster_known_nodes:3', 'cluster_slots_ok:16384'];
        if (!isWhole.every((line) => info.includes(line))) throw new Error(info);
      }, 15_000);
      client.disconnect();
    }
    return new RedisCluster(nodes);
  }

  /** Names two of the nodes; the third is to be found. */
  get url(): string {
    const [one, two] = this.nodes.map(({ port }) => `127.0.0.1:${port}`);
    return `redis+cluster://${one ?? ''},${two ?? ''}`;
  }

  async stop(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.stop()));
  }
}
