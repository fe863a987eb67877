import { connectRedis } from '../../src/state/redis.clients.js';
import { MemorySharedState } from '../../src/state/memory.shared-state.js';
import { RedisSharedState } from '../../src/state/redis.shared-state.js';
import type { SharedState } from '../../src/state/shared-state.js';
import { isRedisReachable, REDIS_TEST_URL } from './redis.reachable.js';
import { RedisCluster } from './redis.cluster.js';

/** Two pods of one deployment, on one store. */
interface Pods {
  readonly one: SharedState;
  readonly other: SharedState;
  close(): Promise<void>;
}

interface Store {
  readonly store: string;
  readonly isHere: boolean;
  open(): Promise<Pods>;
}

/** Every store that the server can keep its state in. */
export async function stateStores(): Promise<Store[]> {
  const hasRedis = await isRedisReachable();
  return [
    { store: 'memory', isHere: true, open: openMemory },
    { store: 'Redis', isHere: hasRedis, open: () => openRedis(REDIS_TEST_URL) },
    { store: 'a Redis Cluster', isHere: hasRedis, open: openCluster },
  ];
}

async function openMemory(): Promise<Pods> {
  const state = new MemorySharedState();
  return { one: state, other: state, close: async () => state.onApplicationShutdown() };
}

async function openRedis(url: string): Promise<Pods> {
  const one = new RedisSharedState(connectRedis(url));
  const other = new RedisSharedState(connectRedis(url));
  await Promise.all([one.waitUntilReady(5_000), other.waitUntilReady(5_000)]);
  return {
    one,
    other,
    close: async () => {
      await Promise.all([one.onApplicationShutdown(), other.onApplicationShutdown()]);
    },
  };
}

/** A Redis Cluster refuses every command and script whose keys are not in one slot. */
async function openCluster(): Promise<Pods> {
  const cluster = await RedisCluster.start();
  const pods = await openRedis(cluster.url);
  return {
    ...pods,
    close: async () => {
      await pods.close();
      await cluster.stop();
    },
  };
}
