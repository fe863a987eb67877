import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Redis } from 'ioredis';
import { once } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import { isRedisReachable } from '../../test/support/redis.reachable.js';
import { RedisServer } from '../../test/support/redis.server.js';
import { joinWrites } from './join-writes.js';

const describeWithRedis = (await isRedisReachable()) ? describe : describe.skip;

describeWithRedis('joinWrites', () => {
  let server: RedisServer;
  let client: Redis;

  beforeAll(async () => {
    server = await RedisServer.start();
    client = new Redis(server.url);
    joinWrites(client);
    await once(client, 'ready');
  });

  afterAll(async () => {
    client.disconnect();
    await server.stop();
  });

  /** How many commands left together, write by write, while something was done. */
  async function writesDuring(work: () => Promise<unknown>): Promise<number[]> {
    const sizes: number[] = [];
    const { stream } = client;
    const [one, several] = [stream._write.bind(stream), stream._writev?.bind(stream)];
    jest.spyOn(stream, '_write').mockImplementation((...written) => {
      sizes.push(1);
      one(...written);
    });
    jest.spyOn(stream, '_writev' as '_write').mockImplementation((...written) => {
      const [chunks, callback] = written as unknown as Parameters<NonNullable<typeof several>>;
      sizes.push(chunks.length);
      several?.(chunks, callback);
    });
    await work();
    jest.restoreAllMocks();
    return sizes;
  }

  it('has the commands of one turn leave together, answered in their order', async () => {
    const asked = (): Promise<number>[] => Array.from({ length: 5 }, () => client.incr('count'));
    const sizes = await writesDuring(async () => {
      expect(await Promise.all(asked())).toEqual([1, 2, 3, 4, 5]);
    });
    expect(sizes).toEqual([5]);
  });

  it('does not have those of a turn wait for the next', async () => {
    const sizes = await writesDuring(async () => {
      const first = [client.incr('turns'), client.incr('turns')];
      await turn();
      await turn();
      const second = client.incr('turns');
      expect(await Promise.all([...first, second])).toEqual([1, 2, 3]);
    });
    expect(sizes).toEqual([2, 1]);
  });

  it('gives an error to whose command it was, and to no other', async () => {
    const asked = [client.set('text', 'x'), client.lpush('text', 'y'), client.get('text')];
    expect(await Promise.allSettled(asked)).toMatchObject([
      { status: 'fulfilled', value: 'OK' },
      { status: 'rejected', reason: { message: expect.stringMatching(/^WRONGTYPE/) } },
      { status: 'fulfilled', value: 'x' },
    ]);
  });

  it('goes on with a new connection', async () => {
    client.disconnect(true);
    await once(client, 'ready');
    const sizes = await writesDuring(() => Promise.all([client.get('a'), client.get('b')]));
    expect(sizes).toEqual([2]);
  });

  it('holds nothing up before there is a connection', async () => {
    const late = new Redis(server.url, { lazyConnect: true });
    joinWrites(late);
    expect(await Promise.all([late.incr('late'), late.incr('late')])).toEqual([1, 2]);
    late.disconnect();
  });
});
