import { afterEach, describe, expect, it } from '@jest/globals';
import { CACHE_MANAGER, type Cache } from '@nestjs/cache-manager';
import { Test } from '@nestjs/testing';
import { eventually } from '../../test/support/eventually.js';
import { isRedisReachable } from '../../test/support/redis.reachable.js';
import { RedisServer } from '../../test/support/redis.server.js';
import { EnvironmentModule } from '../config/environment.module.js';
import { SharedState } from './shared-state.js';
import { StateModule } from './state.module.js';

const SILENT = { log: () => undefined, warn: () => undefined, error: () => undefined };
const itWithRedis = (await isRedisReachable()) ? it : it.skip;

describe('the cache', () => {
  const closers: (() => Promise<void>)[] = [];

  afterEach(async () => {
    for (const close of closers.splice(0).reverse()) await close();
  });

  async function boot(variables: Record<string, string>) {
    const imports = [EnvironmentModule.forRoot(variables), StateModule];
    const app = await Test.createTestingModule({ imports }).setLogger(SILENT).compile();
    closers.push(() => app.close());
    return { cache: app.get<Cache>(CACHE_MANAGER), state: app.get(SharedState) };
  }

  it('keeps texts in memory where there is no REDIS_URL, for as long as it was told', async () => {
    const { cache } = await boot({});
    await cache.set('briefly', 'text', 50);
    expect(await cache.get('briefly')).toBe('text');
    await eventually(async () => expect(await cache.get('briefly')).toBeUndefined());
  });

  itWithRedis('is cleared of its own keys only', async () => {
    const redis = await RedisServer.start();
    closers.push(() => redis.stop());
    const { cache, state } = await boot({ REDIS_URL: redis.url });
    const key = { scope: 'session', name: 'cache:x' };
    await state.set(key, 'not of the cache', 60_000);
    for (let index = 0; index < 30; index += 1) await cache.set(`key-${index}`, 'text', 60_000);
    expect(await cache.get('key-29')).toBe('text');
    await cache.clear();
    expect(await cache.get('key-29')).toBeUndefined();
    expect(await state.get(key)).toBe('not of the cache');
  });

  itWithRedis('is empty while Redis is away, at once and without an error', async () => {
    const redis = await RedisServer.start();
    closers.push(() => redis.stop());
    const { cache } = await boot({ REDIS_URL: redis.url });
    await cache.set('key', 'text', 60_000);
    await redis.crash();
    const startedAt = performance.now();
    expect(await cache.get('key')).toBeUndefined();
    await cache.set('key', 'text', 60_000);
    expect(performance.now() - startedAt).toBeLessThan(1_500);
    await redis.start();
    await eventually(async () => {
      await cache.set('key', 'text', 60_000);
      expect(await cache.get('key')).toBe('text');
    });
  });
});
