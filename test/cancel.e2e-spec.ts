import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import type { ReplyDto } from '../src/chat/replies/replies.dto.js';
import { eventually } from './support/eventually.js';
import { type LlmEmulator, startLlmEmulator } from './support/llm.emulator.js';
import { RedisServer } from './support/redis.server.js';
import { RepositoryFolder } from './support/repository.js';
import { TestServer } from './support/server.js';
import type { SocketClient } from './support/socket.client.js';

const ENDLESS = {
  steps: [
    { text: ['- one.\n'], cites: [0] },
    { text: ['- two.\n'] },
    { text: `- ${'and so on '.repeat(2_000)}\n` },
  ],
  tokensPerSecond: 100,
};

describe('cancel', () => {
  const folder = new RepositoryFolder().add('one', [{ subject: 'feat: one' }]);
  let llm: LlmEmulator;
  let server: TestServer;

  beforeAll(async () => {
    llm = await startLlmEmulator(() => ENDLESS);
    server = await TestServer.start({
      GIT_ROOT: folder.path,
      ANTHROPIC_API_KEY: 'sk-test',
      ANTHROPIC_BASE_URL: llm.url,
    });
  });

  afterAll(async () => {
    await server.stop();
    await llm.close();
    folder.remove();
    expect(llm.unexpected()).toEqual([]);
  });

  const begin = async (socket: SocketClient): Promise<string> => {
    socket.send('recap', { ref: String(llm.requests.length) });
    const accepted = await socket.waitForEvent('accepted');
    await socket.waitForEvent('token');
    return accepted.data.replyId ?? '';
  };

  it('stops the model within 200 ms and ends the log with done: cancelled', async () => {
    const times: number[] = [];
    for (let attempt = 0; attempt < 5; attempt += 1) {
      const socket = await server.connect(await server.clone('one'));
      const replyId = await begin(socket);
      const request = llm.requests.at(-1);
      const askedAt = performance.now();
      socket.send('cancel', { replyId });
      expect(await request?.ended).toBe('aborted');
      times.push(performance.now() - askedAt);
      const end = await socket.waitForEnd(replyId);
      expect(end).toMatchObject({ event: 'done', data: { stopReason: 'cancelled' } });
      const seqs = socket.eventsOf(replyId).map(({ data }) => data.seq);
      expect(seqs).toEqual(seqs.map((_, index) => index + 1));
    }
    // The median, since the machine that runs this has other things to do too.
    expect(times.toSorted((one, other) => one - other)[2]).toBeLessThan(200);
  });

  it('tells of the bullets that there are, and which of them nothing stands behind', async () => {
    const socket = await server.connect(await server.clone('one'));
    const replyId = await begin(socket);
    await socket.waitFor(({ data }) => data.text?.includes('and so on') === true);
    socket.send('cancel', { replyId });
    const { data } = await socket.waitForEnd(replyId);
    expect(data).toMatchObject({ stopReason: 'cancelled', bullets: 3, uncited: [2, 3] });
  });

  it('works by DELETE /replies/{id} too, and from another socket', async () => {
    const grant = await server.clone('one');
    const socket = await server.connect(grant);
    const first = await begin(socket);
    const { status } = await server.delete(`/replies/${first}`, { token: grant.accessToken });
    expect(status).toBe(204);
    await socket.waitForEnd(first);
    socket.frames.length = 0;
    const second = await begin(socket);
    const other = await server.connect(grant);
    other.send('cancel', { replyId: second });
    const end = await socket.waitForEnd(second);
    expect(end.data.stopReason).toBe('cancelled');
  });

  const onTwoPods = process.env.TEST_REDIS_URL ? it : it.skip;
  onTwoPods('stops the model within 200 ms when another pod is asked, either way', async () => {
    const other = await TestServer.start({ GIT_ROOT: folder.path });
    try {
      const grant = await server.clone('one');
      const { accessToken: token } = grant;
      const [writing, asking] = [await server.connect(grant), await other.connect(grant)];
      const ways = [
        (replyId: string) => other.delete(`/replies/${replyId}`, { token }),
        async (replyId: string) => asking.send('cancel', { replyId }),
      ];
      for (const cancel of ways) {
        const times: number[] = [];
        for (let attempt = 0; attempt < 5; attempt += 1) {
          writing.frames.length = 0;
          const replyId = await begin(writing);
          const request = llm.requests.at(-1);
          const askedAt = performance.now();
          const asked = cancel(replyId);
          expect(await request?.ended).toBe('aborted');
          times.push(performance.now() - askedAt);
          await asked;
          const { data } = await writing.waitForEnd(replyId);
          expect(data.stopReason).toBe('cancelled');
        }
        expect(times.toSorted((one, other) => one - other)[2]).toBeLessThan(200);
      }
    } finally {
      await other.stop();
    }
  });

  it('does nothing to a reply that has ended', async () => {
    const grant = await server.clone('one');
    const socket = await server.connect(grant);
    const replyId = await begin(socket);
    socket.send('cancel', { replyId });
    await socket.waitForEnd(replyId);
    const before = await server.get<ReplyDto>(`/replies/${replyId}`, { token: grant.accessToken });
    await server.delete(`/replies/${replyId}`, { token: grant.accessToken });
    const after = await server.get<ReplyDto>(`/replies/${replyId}`, { token: grant.accessToken });
    expect(after.body).toEqual(before.body);
  });

  it('is not what a disconnect does: the reply goes on and is resumed', async () => {
    const grant = await server.clone('one');
    const socket = await server.connect(grant);
    const replyId = await begin(socket);
    const seen = socket.eventsOf(replyId).length;
    socket.terminate();
    const again = await server.connect(grant);
    again.send('resume', { replyId, after: seen });
    const next = await again.waitForEvent('token');
    expect(next.data.seq).toBeGreaterThan(seen);
    again.send('cancel', { replyId });
    await again.waitForEnd(replyId);
  });

  it('is what sign-out does', async () => {
    const grant = await server.clone('one');
    await begin(await server.connect(grant));
    const request = llm.requests.at(-1);
    await server.delete('/session', { token: grant.accessToken });
    expect(await request?.ended).toBe('aborted');
  });

  it('makes room: a session has four replies being written at once', async () => {
    const grant = await server.clone('one');
    const socket = await server.connect(grant);
    for (let index = 0; index < 5; index += 1) socket.send('recap', { ref: `r${String(index)}` });
    const refused = await socket.waitForEvent('error');
    expect(refused.data.problem?.code).toBe('too_many_replies');
    await eventually(() => {
      expect(socket.frames.filter(({ event }) => event === 'accepted')).toHaveLength(4);
    });
    const [first] = socket.frames.filter(({ event }) => event === 'accepted');
    socket.send('cancel', { replyId: first?.data.replyId });
    await socket.waitForEnd(first?.data.replyId);
    await eventually(() => {
      socket.send('recap', { ref: 'late' });
      expect(socket.frames.some(({ data }) => data.ref === 'late' && data.replyId)).toBe(true);
    });
    await server.delete('/session', { token: grant.accessToken });
  });
});

// Only a Redis can be full while others write.
const withRedis = process.env.TEST_REDIS_URL ? describe : describe.skip;

withRedis('cancel on a Redis that holds as much as it may', () => {
  it('still stops the model, whatever way it is asked for', async () => {
    const folder = new RepositoryFolder().add('one', [{ subject: 'feat: one' }]);
    const llm = await startLlmEmulator(() => ENDLESS);
    const redis = await RedisServer.start();
    const server = await TestServer.start({
      GIT_ROOT: folder.path,
      REDIS_URL: redis.url,
      ANTHROPIC_API_KEY: 'sk-test',
      ANTHROPIC_BASE_URL: llm.url,
    });
    const operator = new Redis(redis.url);
    const setLimit = (bytes: string) => operator.config('SET', 'maxmemory', bytes);
    try {
      const grant = await server.clone('one');
      const socket = await server.connect(grant);
      for (const by of ['socket', 'DELETE'] as const) {
        socket.frames.length = 0;
        socket.send('recap', { ref: by });
        const { replyId = '' } = (await socket.waitForEvent('accepted')).data;
        await socket.waitForEvent('token');
        const request = llm.requests.at(-1);
        await setLimit('1');
        if (by === 'socket') socket.send('cancel', { replyId });
        else {
          const { accessToken: token } = grant;
          expect((await server.delete(`/replies/${replyId}`, { token })).status).toBe(204);
        }
        expect(await request?.ended).toBe('aborted');
        // Its last words wait for room.
        await setLimit('0');
        const end = await socket.waitForEnd(replyId);
        expect(end).toMatchObject({ event: 'done', data: { stopReason: 'cancelled' } });
      }
    } finally {
      operator.disconnect();
      await server.stop();
      await Promise.all([redis.stop(), llm.close()]);
      folder.remove();
    }
  });
});
