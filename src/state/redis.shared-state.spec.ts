import { afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { Redis } from 'ioredis';
import { randomUUID } from 'node:crypto';
import { eventually } from '../../test/support/eventually.js';
import { isRedisReachable } from '../../test/support/redis.reachable.js';
import { RedisServer } from '../../test/support/redis.server.js';
import { connectRedis } from './redis.clients.js';
import { RedisSharedState } from './redis.shared-state.js';
import type { StateKey } from './shared-state.js';

const TTL_MS = 60_000;
const UNAVAILABLE = { code: 'state_unavailable' };

const describeWithRedis = (await isRedisReachable()) ? describe : describe.skip;

describeWithRedis('RedisSharedState', () => {
  const opened: RedisSharedState[] = [];
  let server: RedisServer;
  let state: RedisSharedState;
  let admin: Redis;
  let key: StateKey;

  beforeAll(() => {
    Logger.overrideLogger(false);
  });

  beforeEach(async () => {
    server = await RedisServer.start();
    state = new RedisSharedState(connectRedis(server.url));
    opened.push(state);
    admin = new Redis(server.url, { disconnectTimeout: 100 }).on('error', () => undefined);
    await state.waitUntilReady(5_000);
    key = { scope: randomUUID(), name: 'a' };
  });

  afterEach(async () => {
    jest.restoreAllMocks();
    admin.disconnect();
    server.thaw();
    await Promise.all(opened.splice(0).map((each) => each.onApplicationShutdown()));
    await server.stop();
  });

  /** Every method of the port, once. */
  const everything = (): Promise<unknown>[] => [
    state.get(key),
    state.set(key, 'x', TTL_MS),
    state.replace(key, 'x', 'y', TTL_MS),
    state.take(key),
    state.touch(key.scope, TTL_MS),
    state.drop(key.scope),
    state.append(key, 0, ['x'], TTL_MS),
    state.read(key, 0, 1),
    state.mark(key, TTL_MS),
    state.increment(key, 1, TTL_MS),
    state.publish(key, 'x'),
    state.subscribe(key, () => undefined),
    state.ping(),
  ];

  const expectAllUnavailableWithinASecond = async (): Promise<void> => {
    const begun = Date.now();
    const outcomes = await Promise.allSettled(everything());
    expect(Date.now() - begun).toBeLessThan(1_000);
    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: UNAVAILABLE });
    }
  };

  const expectMessagesFrom = async (publish: () => Promise<unknown>, heard: string[]) => {
    await eventually(async () => {
      await publish();
      expect(heard).not.toEqual([]);
    }, 10_000);
  };

  it('says within a second that a Redis that died is unavailable, and recovers by itself', async () => {
    const heard: string[] = [];
    await state.subscribe(key, (message) => void heard.push(message));
    await server.crash();
    await expectAllUnavailableWithinASecond();

    await server.start();
    await eventually(() => state.ping(), 10_000);
    await state.set(key, 'after', TTL_MS);
    expect(await state.get(key)).toBe('after');
    await expectMessagesFrom(() => state.publish(key, 'after'), heard);
  }, 30_000);

  it('says within a second that a Redis that froze is unavailable, and recovers by itself', async () => {
    const heard: string[] = [];
    await state.subscribe(key, (message) => void heard.push(message));
    server.freeze();
    await expectAllUnavailableWithinASecond();

    server.thaw();
    await eventually(() => state.ping(), 10_000);
    await expectMessagesFrom(() => state.publish(key, 'after'), heard);
  }, 30_000);

  it('waits once for a Redis that froze, not for each of several commands in turn', async () => {
    server.freeze();
    const begun = Date.now();
    for (let turn = 0; turn < 10; turn += 1) {
      await expect(state.get(key)).rejects.toMatchObject(UNAVAILABLE);
    }
    expect(Date.now() - begun).toBeLessThan(1_500);
  }, 30_000);

  it('subscribes anew when only the subscriber is cut off', async () => {
    const heard: string[] = [];
    await state.subscribe(key, (message) => void heard.push(message));
    await admin.client('KILL', 'TYPE', 'pubsub');
    await expectMessagesFrom(() => state.publish(key, 'after'), heard);
  });

  it('gives up connections that stay open but no longer answer', async () => {
    const clients = connectRedis(server.url, 600);
    const watchful = new RedisSharedState(clients);
    opened.push(watchful);
    await watchful.waitUntilReady(5_000);
    server.freeze();
    await eventually(() => {
      expect(clients.commands.status).not.toBe('ready');
      expect(clients.subscriber.status).not.toBe('ready');
    });
    server.thaw();
    await eventually(() => watchful.ping(), 10_000);
  }, 30_000);

  it('does not run a command later that it has given up', async () => {
    server.freeze();
    await expect(state.set(key, 'too late', TTL_MS)).rejects.toMatchObject(UNAVAILABLE);
    await server.crash();
    await server.start();
    await eventually(() => state.ping(), 10_000);
    expect(await state.get(key)).toBeUndefined();
  }, 30_000);

  it('tells in the cause what happened, without what was to be stored', async () => {
    await server.crash();
    const error: unknown = await state.set(key, 'a sealed record', TTL_MS).catch((e: unknown) => e);
    expect(error).toMatchObject({ cause: expect.any(Error) });
    const { cause } = error as Error;
    expect(JSON.stringify({ ...(cause as Error) })).not.toContain('a sealed record');
  });

  it('is unavailable while Redis is a replica, and looks for the primary', async () => {
    const connection = async () =>
      /^id=(\d+) .* name=git-recap-commands /m.exec(String(await admin.client('LIST')))?.[1];
    const before = await connection();
    await admin.replicaof('127.0.0.1', '1');
    await expect(state.set(key, 'x', TTL_MS)).rejects.toMatchObject(UNAVAILABLE);
    await eventually(async () => {
      expect([undefined, before]).not.toContain(await connection());
    });
    await admin.replicaof('NO', 'ONE');
    await eventually(() => state.set(key, 'x', TTL_MS), 10_000);
  }, 30_000);

  it('is full when Redis is out of memory, and writes nothing by halves', async () => {
    await admin.config('SET', 'maxmemory', '1');
    const full = { code: 'state_full' };
    await expect(state.set(key, 'x', TTL_MS)).rejects.toMatchObject(full);
    await expect(state.append(key, 0, ['x', 'y'], TTL_MS)).rejects.toMatchObject(full);
    await expect(state.increment(key, 1, TTL_MS)).rejects.toMatchObject(full);
    await admin.config('SET', 'maxmemory', '0');
    expect(await admin.keys('*')).toEqual([]);
  });

  it('does not hide a fault in a script behind an outage', async () => {
    await admin.set(`{${key.scope}}:log:a`, 'not a list');
    const fault = state.append(key, 0, ['x'], TTL_MS);
    await expect(fault).rejects.toMatchObject({ name: 'ReplyError' });
    await expect(state.increment(key, 0.5, TTL_MS)).rejects.toMatchObject({ name: 'ReplyError' });
  });

  it('runs its scripts also after Redis has forgotten them', async () => {
    await state.set(key, 'x', TTL_MS);
    await admin.script('FLUSH');
    expect(await state.replace(key, 'x', 'y', TTL_MS)).toBe(true);
    await state.set(key, 'z', TTL_MS);
    expect(await state.get(key)).toBe('z');
  });

  it('lists no keys that are gone, and leaves nothing behind when all has expired', async () => {
    const list = () => admin.zrange(`{${key.scope}}:index`, 0, -1);
    const [first, second] = [`{${key.scope}}:value:a`, `{${key.scope}}:value:b`];
    await state.set(key, 'x', 2_000);
    await state.set({ ...key, name: 'short' }, 'x', 50);
    expect(await list()).toHaveLength(2);
    await eventually(async () => {
      await state.set({ ...key, name: 'b' }, 'x', 2_000);
      expect(await list()).toEqual([first, second]);
    }, 1_500);
    await eventually(async () => expect(await admin.keys('*')).toEqual([]));
  });

  it('warns when Redis evicts what is alive, and only then', async () => {
    const warn = jest.spyOn(Logger.prototype, 'warn').mockReturnValue();
    await state.warnIfItEvicts();
    expect(warn).not.toHaveBeenCalled();
    await admin.config('SET', 'maxmemory-policy', 'volatile-lru');
    await state.warnIfItEvicts();
    expect(warn).toHaveBeenCalledWith(expect.stringContaining('volatile-lru'));
  });

  it('leaves no connection open after shutdown', async () => {
    await state.onApplicationShutdown();
    await eventually(async () => expect(await admin.client('LIST')).not.toContain('git-recap'));
    await expect(state.get(key)).rejects.toMatchObject({ code: 'draining' });
  });
});
