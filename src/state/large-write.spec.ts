import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { isRedisReachable } from '../../test/support/redis.reachable.js';
import { RedisServer } from '../../test/support/redis.server.js';
import { connectRedis } from './redis.clients.js';
import { RedisSharedState } from './redis.shared-state.js';
import type { StateKey } from './shared-state.js';

const TTL_MS = 60_000;
/** What the narrow network lets through: 512 KiB take 0.75 s, longer than a small command may. */
const BYTES_A_MS = 700;
const TICK_MS = 10;

const describeWithRedis = (await isRedisReachable()) ? describe : describe.skip;

describeWithRedis('a large write or read over a narrow network', () => {
  let server: RedisServer;
  let network: Server;
  let connections: number;
  let state: RedisSharedState;
  let key: StateKey;

  beforeAll(() => {
    Logger.overrideLogger(false);
  });

  beforeEach(async () => {
    server = await RedisServer.start();
    connections = 0;
    network = await narrowNetwork(server.port, () => (connections += 1));
    const { port } = network.address() as AddressInfo;
    state = new RedisSharedState(connectRedis(`redis://127.0.0.1:${port}`));
    await state.waitUntilReady(5_000);
    // Subscribing opens the connection that comes last.
    await (
      await state.subscribe({ scope: 'any', name: 'channel' }, () => undefined)
    )();
    key = { scope: randomUUID(), name: 'a' };
  });

  afterEach(async () => {
    server.thaw();
    await state.onApplicationShutdown();
    network.close();
    await server.stop();
  });

  it('fails nobody’s command and drops no connection', async () => {
    const before = connections;
    const bytes = randomBytes(512 * 1024);
    const answers = await Promise.allSettled([
      state.setBytes(key, bytes, TTL_MS),
      state.get(key),
      state.increment(key, 1, TTL_MS),
    ]);
    expect(answers.map(({ status }) => status)).toEqual(Array(3).fill('fulfilled'));
    const read = await Promise.allSettled([state.getBytes(key), state.get(key)]);
    expect(read.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled']);
    expect(read[0]).toMatchObject({ value: bytes });
    expect(connections).toBe(before);
  }, 30_000);

  it('does not keep a connection that hangs with it', async () => {
    const before = connections;
    server.freeze();
    await expect(state.setBytes(key, randomBytes(512 * 1024), TTL_MS)).rejects.toMatchObject({
      code: 'state_unavailable',
    });
    server.thaw();
    await state.waitUntilReady(5_000);
    expect(connections).toBeGreaterThan(before);
  }, 30_000);
});

/** Passes on what is sent to Redis, and what it answers, only so fast. */
async function narrowNetwork(port: number, onConnection: () => void): Promise<Server> {
  const server = createServer((client) => {
    onConnection();
    const redis = connect(port, '127.0.0.1');
    const end = (): void => {
      client.destroy();
      redis.destroy();
    };
    client.on('error', end).on('close', end);
    redis.on('error', end).on('close', end);
    passSlowly(client, redis).catch(end);
    passSlowly(redis, client).catch(end);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

async function passSlowly(from: Socket, to: Socket): Promise<void> {
  for await (const chunk of from as AsyncIterable<Buffer>) {
    let last = performance.now();
    for (let sent = 0; sent < chunk.length;) {
      await sleep(TICK_MS);
      const now = performance.now();
      const passed = chunk.subarray(sent, sent + Math.ceil((now - last) * BYTES_A_MS));
      to.write(passed);
      sent += passed.length;
      last = now;
    }
  }
}
