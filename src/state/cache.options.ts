import type { CacheModuleOptions, CacheOptionsFactory } from '@nestjs/cache-manager';
import { Injectable } from '@nestjs/common';
import { KeyvAdapter } from 'cache-manager';
import { Keyv } from 'keyv';
import { MemoryCacheStore } from './memory.cache-store.js';
import { redisCacheStore } from './redis.cache-store.js';
import { RedisConnections } from './redis.connections.js';

const NAMESPACE = 'cache';

/** Where `@nestjs/cache-manager` keeps things: in Redis where REDIS_URL is set, else in memory. */
@Injectable()
export class CacheOptions implements CacheOptionsFactory {
  constructor(private readonly redis: RedisConnections) {}

  createCacheOptions(): CacheModuleOptions {
    const { clients, prefix } = this.redis;
    const namespace = prefix + NAMESPACE;
    const store = clients
      ? new KeyvAdapter(redisCacheStore(clients.commands, `${namespace}:`))
      : new MemoryCacheStore();
    const keyv = new Keyv({ store, namespace });
    // Without Redis the cache is empty, no more; that the connection is gone is logged where it is made.
    keyv.on('error', () => undefined);
    return { stores: [keyv] };
  }
}
