import type { CacheManagerStore } from 'cache-manager';
import { redisInsStore } from 'cache-manager-ioredis-yet';
import { Cluster } from 'ioredis';
import type { RedisClients } from './redis.clients.js';

const SCAN_COUNT = 1_000;

/**
 * The store of `cache-manager-ioredis-yet` on the connection that all of the process shares, with two
 * things made safe: it empties a whole database, sessions and all, to clear the cache; and its
 * parser makes functions of what stands in Redis.
 * @param prefix What the names of the cache's keys begin with, and of no other; without wildcards.
 */
export function redisCacheStore(
  client: RedisClients['commands'],
  prefix: string,
): CacheManagerStore {
  // It declares the stores of an older cache-manager, and is one of this.
  const store = redisInsStore(client) as ReturnType<typeof redisInsStore> & CacheManagerStore;
  const get = async (key: string): Promise<string | undefined> => textOf(await client.get(key));
  // Many keys are handled one by one: in a cluster those of one command must share a slot.
  return {
    name: 'redis',
    get,
    mget: (...keys) => Promise.all(keys.map(get)),
    set: (key, value, ttl) => store.set(key, value, ttl),
    mset: async (entries, ttl) => {
      await Promise.all(Object.entries(entries).map(([key, value]) => store.set(key, value, ttl)));
    },
    del: (key) => store.del(key),
    mdel: async (...keys) => {
      await Promise.all(keys.map((key) => store.del(key)));
    },
    ttl: (key) => store.ttl(key),
    keys: () => keysOf(client, prefix),
    reset: async () => {
      const keys = await keysOf(client, prefix);
      await Promise.all(keys.map((key) => client.unlink(key)));
    },
  };
}

/** What was stored is a text: anything else was not stored by this server. */
function textOf(stored: string | null): string | undefined {
  try {
    const value: unknown = JSON.parse(stored ?? 'null');
    return typeof value === 'string' ? value : undefined;
  } catch {
    return undefined;
  }
}

async function keysOf(client: RedisClients['commands'], prefix: string): Promise<string[]> {
  const nodes = client instanceof Cluster ? client.nodes('master') : [client];
  const keys: string[] = [];
  for (const node of nodes) {
    let cursor = '0';
    do {
      const [next, found] = await node.scan(cursor, 'MATCH', `${prefix}*`, 'COUNT', SCAN_COUNT);
      keys.push(...found);
      cursor = next;
    } while (cursor !== '0');
  }
  return keys;
}
