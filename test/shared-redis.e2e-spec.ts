import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { Redis } from 'ioredis';
import type { SessionGrantDto } from '../src/auth/auth.dto.js';
import type { RepliesDto, ReplyDto } from '../src/chat/replies/replies.dto.js';
import type { Problem } from '../src/errors/problem.js';
import { eventually } from './support/eventually.js';
import { RedisServer } from './support/redis.server.js';
import { RepositoryFolder } from './support/repository.js';
import { TestServer } from './support/server.js';

const LIMIT = 40;
const ADDRESS = '198.51.100.7';
const from = { headers: { 'x-forwarded-for': ADDRESS } };

const withRedis = process.env.TEST_REDIS_URL ? describe : describe.skip;

withRedis('a Redis that an operator has set up', () => {
  const folder = new RepositoryFolder().add('skunkworks', [
    { subject: 'feat: one', email: 'ada@hidden.example' },
  ]);
  let redis: RedisServer;
  let admin: Redis;

  beforeAll(async () => {
    redis = await RedisServer.start();
    admin = new Redis(redis.url);
  });

  afterAll(async () => {
    admin.disconnect();
    await redis.stop();
    folder.remove();
  });

  const start = (more: Record<string, string> = {}): Promise<TestServer> =>
    TestServer.start({ REDIS_URL: redis.url, GIT_ROOT: folder.path, TRUST_PROXY: '1', ...more });

  const recap = async (server: TestServer, { accessToken }: SessionGrantDto): Promise<ReplyDto> => {
    const { body } = await server.post<ReplyDto>('/recaps', {}, { token: accessToken });
    return body;
  };

  it('serves two deployments by their prefixes, which know nothing of each other', async () => {
    const limit = { RATE_LIMIT_PER_MINUTE: String(LIMIT) };
    const one = await start({ ...limit, REDIS_PREFIX: 'one:' });
    const other = await start({ ...limit, REDIS_PREFIX: 'other:' });
    try {
      const grant = await one.clone('skunkworks', from);
      expect((await recap(one, grant)).status).toBe('done');
      await one.connect(grant);
      const token = grant.accessToken;
      expect((await one.get('/session', { token })).status).toBe(200);
      expect((await other.get('/session', { token })).status).toBe(401);
      await other.clone('skunkworks', from);
      let last = 200;
      for (let time = 0; time < LIMIT; time += 1) last = (await one.get('/clone', from)).status;
      expect(last).toBe(429);
      expect((await other.get('/clone', from)).status).toBe(200);

      const keys = await admin.keys('*');
      const channels = (await admin.pubsub('CHANNELS')) as string[];
      expect(keys.length).toBeGreaterThan(8);
      expect(channels.length).toBeGreaterThan(2);
      for (const name of [...keys, ...channels]) {
        expect(name).toMatch(/^(one|other):/);
        expect(name).not.toMatch(/198\.51\.100|127\.0\.0|skunkworks|hidden|ada|@/i);
      }
    } finally {
      await Promise.all([one.stop(), other.stop()]);
    }
  }, 60_000);

  it('lists a reply that cannot be read as failed, beside the others', async () => {
    const server = await start();
    try {
      const grant = await server.clone('skunkworks');
      const token = grant.accessToken;
      const ids: string[] = [];
      for (let time = 0; time < 3; time += 1) ids.push((await recap(server, grant)).replyId);
      const record = `git-recap:{${grant.sessionId}}:value:reply:${String(ids[1])}`;
      expect(await admin.set(record, 'v2.of-a-later-release', 'KEEPTTL')).toBe('OK');

      const { status, body } = await server.get<RepliesDto>('/replies', { token });
      expect(status).toBe(200);
      expect(body.replies.map((reply) => [reply.replyId, reply.status])).toEqual([
        [ids[0], 'done'],
        [ids[1], 'failed'],
        [ids[2], 'done'],
      ]);
      expect(body.replies[1]?.problem?.code).toBe('reply_lost');
      const one = await server.get<Problem>(`/replies/${String(ids[1])}`, { token });
      expect(one.body.code).toBe('reply_lost');
    } finally {
      await server.stop();
    }
  }, 60_000);

  it('lets a reply be cancelled although it is full', async () => {
    const server = await start();
    try {
      const grant = await server.clone('skunkworks');
      const token = grant.accessToken;
      const { replyId } = await recap(server, grant);
      await admin.config('SET', 'maxmemory', '1');
      const begun = await server.post<Problem>('/recaps', {}, { token });
      expect(begun.body.code).toBe('state_full');
      expect((await server.delete(`/replies/${replyId}`, { token })).status).toBe(204);
    } finally {
      await admin.config('SET', 'maxmemory', '0');
      await server.stop();
    }
  }, 60_000);

  it.each([
    ['channels', ['~*', '+@all'], /channels/],
    ['scripts’ clock', ['~*', '&*', '+@all', '-time'], /TIME/],
    ['scripts', ['~*', '&*', '+@all', '-evalsha', '-eval'], /EVALSHA/],
    ['keys', ['~other:*', '&*', '+@all'], /keys/],
  ])(
    'makes no pod ready whose user lacks the %s, and one line names it',
    async (_what, rules, name) => {
      const error = jest.spyOn(Logger.prototype, 'error').mockReturnValue();
      await admin.call('ACL', 'SETUSER', 'app', 'reset', 'on', '>secret', ...rules);
      const server = await start({ REDIS_URL: redis.url.replace('//', '//app:secret@') });
      try {
        const { status, body } = await server.get<Problem>('/health/ready');
        expect({ status, code: body.code }).toEqual({ status: 503, code: 'state_unavailable' });
        const signIn = await server.post<Problem>('/clone', { path: 'skunkworks' });
        expect(signIn.status === 201 || signIn.body.code === 'state_unavailable').toBe(true);
        const lines = error.mock.calls.map(([line]) => String(line));
        const named = lines.filter((line) => line.includes('lacks the right'));
        expect(named).toHaveLength(1);
        expect(named[0]).toMatch(name);
      } finally {
        await server.stop();
        error.mockRestore();
      }
    },
    60_000,
  );

  it('serves a user with the rights that the runbook names', async () => {
    const rules = ['~git-recap:*', '&git-recap:*', '+@all', '-@dangerous', '+info'];
    await admin.call('ACL', 'SETUSER', 'app', 'reset', 'on', '>secret', ...rules);
    const server = await start({ REDIS_URL: redis.url.replace('//', '//app:secret@') });
    try {
      await eventually(async () => expect((await server.get('/health/ready')).status).toBe(200));
      const grant = await server.clone('skunkworks');
      expect((await recap(server, grant)).status).toBe('done');
      const token = grant.accessToken;
      expect((await server.delete('/session', { token })).status).toBe(204);
    } finally {
      await server.stop();
    }
  }, 60_000);
});
