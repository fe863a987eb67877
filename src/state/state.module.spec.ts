import { afterEach, describe, expect, it, jest } from '@jest/globals';
import type { INestApplicationContext } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { eventually } from '../../test/support/eventually.js';
import { isRedisReachable } from '../../test/support/redis.reachable.js';
import { RedisServer } from '../../test/support/redis.server.js';
import { EnvironmentModule } from '../config/environment.module.js';
import { MemorySharedState } from './memory.shared-state.js';
import { RedisSharedState } from './redis.shared-state.js';
import { SharedState } from './shared-state.js';
import { StateModule } from './state.module.js';

const itWithRedis = (await isRedisReachable()) ? it : it.skip;

describe('StateModule', () => {
  const logger = { log: jest.fn(), warn: jest.fn(), error: jest.fn() };
  const closers: (() => Promise<void>)[] = [];

  afterEach(async () => {
    for (const close of closers.splice(0).reverse()) await close();
  });

  async function boot(variables: Record<string, string>): Promise<INestApplicationContext> {
    const imports = [EnvironmentModule.forRoot(variables), StateModule];
    const app = await Test.createTestingModule({ imports }).setLogger(logger).compile();
    closers.push(() => app.close());
    return app;
  }

  async function startRedis(): Promise<RedisServer> {
    const server = await RedisServer.start();
    closers.push(() => server.stop());
    return server;
  }

  it('keeps the state in memory where there is no REDIS_URL', async () => {
    const app = await boot({});
    expect(app.get(SharedState)).toBeInstanceOf(MemorySharedState);
  });

  itWithRedis('keeps the state in Redis where there is one, until shutdown', async () => {
    const server = await startRedis();
    const app = await boot({ REDIS_URL: server.url });
    const state = app.get(SharedState);
    expect(state).toBeInstanceOf(RedisSharedState);
    await state.ping();
    await app.close();
    await expect(state.ping()).rejects.toMatchObject({ code: 'draining' });
  });

  itWithRedis(
    'starts without a Redis that is away, and uses it once it is there',
    async () => {
      const server = await startRedis();
      await server.crash();
      const app = await boot({ REDIS_URL: server.url });
      const state = app.get(SharedState);
      await expect(state.ping()).rejects.toMatchObject({ code: 'state_unavailable' });
      await server.start();
      await eventually(() => state.ping());
    },
    20_000,
  );
});
