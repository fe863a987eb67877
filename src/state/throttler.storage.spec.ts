import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { eventually } from '../../test/support/eventually.js';
import { isRedisReachable } from '../../test/support/redis.reachable.js';
import { RedisServer } from '../../test/support/redis.server.js';
import { MemorySharedState } from './memory.shared-state.js';
import { connectRedis } from './redis.clients.js';
import { RedisSharedState } from './redis.shared-state.js';
import { SharedThrottlerStorage } from './throttler.storage.js';

const hit = (storage: SharedThrottlerStorage, key: string, ttl = 60_000) =>
  storage.increment(key, ttl, 2, ttl, 'default');

afterEach(() => {
  jest.useRealTimers();
  jest.restoreAllMocks();
});

describe('counting requests in the shared state', () => {
  it('blocks the first one over the limit, until the window is over', async () => {
    const state = new MemorySharedState();
    const storage = new SharedThrottlerStorage(state);
    const hits = [];
    for (let time = 0; time < 3; time += 1) hits.push(await hit(storage, 'me', 300));
    expect(hits.map(({ totalHits }) => totalHits)).toEqual([1, 2, 3]);
    expect(hits.map(({ isBlocked }) => isBlocked)).toEqual([false, false, true]);
    expect(hits[2]).toMatchObject({ timeToExpire: 1, timeToBlockExpire: 1 });
    expect((await hit(storage, 'someone else')).totalHits).toBe(1);
    await eventually(async () => expect((await hit(storage, 'me', 300)).isBlocked).toBe(false));
    state.onApplicationShutdown();
  });

  it('asks a state that is away once a second, and lets all others through without asking', async () => {
    jest.useFakeTimers();
    jest.spyOn(Logger.prototype, 'error').mockReturnValue();
    const log = jest.spyOn(Logger.prototype, 'log').mockReturnValue();
    const state = new MemorySharedState();
    const increment = jest.spyOn(state, 'increment').mockRejectedValue(new Error('away'));
    const storage = new SharedThrottlerStorage(state);
    const hits = async (): Promise<number> => {
      increment.mockClear();
      for (let time = 0; time < 5; time += 1) {
        expect(await hit(storage, 'me')).toMatchObject({ totalHits: 0, isBlocked: false });
      }
      return increment.mock.calls.length;
    };
    expect(await hits()).toBe(1);
    jest.advanceTimersByTime(990);
    expect(await hits()).toBe(0);
    jest.advanceTimersByTime(10);
    expect(await hits()).toBe(1);

    increment.mockRestore();
    jest.advanceTimersByTime(1_000);
    expect((await hit(storage, 'me')).totalHits).toBe(1);
    expect((await hit(storage, 'me')).totalHits).toBe(2);
    expect(log).toHaveBeenCalledWith(expect.stringContaining('15 were let through'));
    state.onApplicationShutdown();
  });

  it('lets all through while Redis is away, says so once, and counts again when it is back', async () => {
    if (!(await isRedisReachable())) return;
    const error = jest.spyOn(Logger.prototype, 'error').mockReturnValue();
    const log = jest.spyOn(Logger.prototype, 'log').mockReturnValue();
    const redis = await RedisServer.start();
    const state = new RedisSharedState(connectRedis(redis.url));
    try {
      await state.waitUntilReady(5_000);
      const storage = new SharedThrottlerStorage(state);
      await redis.crash();
      for (let time = 0; time < 5; time += 1) {
        expect(await hit(storage, 'me')).toMatchObject({ totalHits: 0, isBlocked: false });
      }
      const complaints = error.mock.calls.filter(([, text]) =>
        String(text).includes('let through'),
      );
      expect(complaints).toHaveLength(1);

      await redis.start();
      await eventually(async () => expect((await hit(storage, 'me')).totalHits).toBeGreaterThan(2));
      expect((await hit(storage, 'me')).isBlocked).toBe(true);
      const summaries = log.mock.calls.filter(([text]) =>
        /\d+ were let through/.test(String(text)),
      );
      expect(summaries).toHaveLength(1);
    } finally {
      await state.onApplicationShutdown();
      await redis.stop();
    }
  });
});
