import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { eventually } from '../../test/support/eventually.js';
import { isRedisReachable } from '../../test/support/redis.reachable.js';
import { RedisServer } from '../../test/support/redis.server.js';
import { readEnvironment } from '../config/read-environment.js';
import { MemorySharedState } from './memory.shared-state.js';
import { connectRedis } from './redis.clients.js';
import { RedisSharedState } from './redis.shared-state.js';
import { SharedThrottlerStorage } from './throttler.storage.js';

const environment = readEnvironment({ JWT_SECRET_KEY: 'a secret of at least thirty-two bytes' });
const hit = (storage: SharedThrottlerStorage, key: string, ttl = 60_000) =>
  storage.increment(key, ttl, 2, ttl, 'default');

afterEach(() => {
  jest.useRealTimers();
  jest.restoreAllMocks();
});

describe('counting requests in the shared state', () => {
  it('blocks the first one over the limit, until the window is over', async () => {
    const state = new MemorySharedState();
    const storage = new SharedThrottlerStorage(state, environment);
    const hits = [];
    for (let time = 0; time < 3; time += 1) hits.push(await hit(storage, 'me', 300));
    expect(hits.map(({ totalHits }) => totalHits)).toEqual([1, 2, 3]);
    expect(hits.map(({ isBlocked }) => isBlocked)).toEqual([false, false, true]);
    expect(hits[2]).toMatchObject({ timeToExpire: 1, timeToBlockExpire: 1 });
    expect((await hit(storage, 'someone else')).totalHits).toBe(1);
    await eventually(async () => expect((await hit(storage, 'me', 300)).isBlocked).toBe(false));
    state.onApplicationShutdown();
  });

  it('asks a state that is away once a second, and counts all others itself without asking', async () => {
    jest.useFakeTimers();
    jest.spyOn(Logger.prototype, 'error').mockReturnValue();
    const log = jest.spyOn(Logger.prototype, 'log').mockReturnValue();
    const state = new MemorySharedState();
    const increment = jest.spyOn(state, 'increment').mockRejectedValue(new Error('away'));
    const storage = new SharedThrottlerStorage(state, environment);
    let counted = 0;
    const hits = async (): Promise<number> => {
      increment.mockClear();
      for (let time = 0; time < 5; time += 1) {
        counted += 1;
        expect(await hit(storage, 'me')).toMatchObject({ totalHits: counted });
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
    expect(log).toHaveBeenCalledWith(expect.stringContaining('15 were counted here alone'));
    state.onApplicationShutdown();
  });

  it('holds the limit by its own count while Redis is away, says so once, and counts with all when it is back', async () => {
    if (!(await isRedisReachable())) return;
    const error = jest.spyOn(Logger.prototype, 'error').mockReturnValue();
    const log = jest.spyOn(Logger.prototype, 'log').mockReturnValue();
    const redis = await RedisServer.start();
    const state = new RedisSharedState(connectRedis(redis.url));
    try {
      await state.waitUntilReady(5_000);
      const storage = new SharedThrottlerStorage(state, environment);
      await hit(storage, 'me');
      await redis.crash();
      const hits = [];
      for (let time = 0; time < 5; time += 1) hits.push(await hit(storage, 'me'));
      expect(hits.map(({ totalHits }) => totalHits)).toEqual([2, 3, 4, 5, 6]);
      expect(hits.map(({ isBlocked }) => isBlocked)).toEqual([false, true, true, true, true]);
      expect(await hit(storage, 'someone else')).toMatchObject({ totalHits: 1, isBlocked: false });
      const complaints = error.mock.calls.filter(([, text]) =>
        String(text).includes('cannot be counted'),
      );
      expect(complaints).toHaveLength(1);

      await redis.start();
      // All that Redis held is gone: its count begins anew.
      await eventually(async () => expect((await hit(storage, 'me')).totalHits).toBe(1), 10_000);
      const summaries = log.mock.calls.filter(([text]) =>
        /\d+ were counted here alone/.test(String(text)),
      );
      expect(summaries).toHaveLength(1);
    } finally {
      await state.onApplicationShutdown();
      await redis.stop();
    }
  });

  it('asks a slow state again after a second, whatever the clock on the wall says', async () => {
    jest.spyOn(Logger.prototype, 'error').mockReturnValue();
    jest.spyOn(Logger.prototype, 'log').mockReturnValue();
    const state = new MemorySharedState();
    const storage = new SharedThrottlerStorage(state, environment);
    const increment = jest.spyOn(state, 'increment');
    increment.mockRejectedValueOnce(new Error('away'));
    await hit(storage, 'me');
    await hit(storage, 'me');
    expect(increment).toHaveBeenCalledTimes(1);
    const now = Date.now();
    jest.spyOn(Date, 'now').mockReturnValue(now - 3_600_000);
    await eventually(async () => {
      await hit(storage, 'me');
      expect(increment).toHaveBeenCalledTimes(2);
    });
    state.onApplicationShutdown();
  });

  it('names no client to whoever reads the store', async () => {
    const state = new MemorySharedState();
    const increment = jest.spyOn(state, 'increment');
    const storage = new SharedThrottlerStorage(state, environment);
    await hit(storage, '198.51.100.7');
    expect(JSON.stringify(increment.mock.calls)).not.toContain('198.51.100.7');
    state.onApplicationShutdown();
  });
});
