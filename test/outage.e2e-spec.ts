import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { SessionGrantDto } from '../src/auth/auth.dto.js';
import type { Problem } from '../src/errors/problem.js';
import { eventually } from './support/eventually.js';
import { RedisServer } from './support/redis.server.js';
import { RepositoryFolder } from './support/repository.js';
import { TestServer } from './support/server.js';

const withRedis = process.env.TEST_REDIS_URL ? describe : describe.skip;

withRedis('while Redis is away', () => {
  const folder = new RepositoryFolder().add('one', [{ subject: 'feat: one' }]);
  let redis: RedisServer;
  let server: TestServer;
  let grant: SessionGrantDto;

  beforeAll(async () => {
    redis = await RedisServer.start();
    server = await TestServer.start({ GIT_ROOT: folder.path, REDIS_URL: redis.url });
    grant = await server.clone('one');
    expect((await server.get('/health/ready')).status).toBe(200);
  });

  afterAll(async () => {
    await server.stop();
    await redis.stop();
    folder.remove();
  });

  const statuses = async (): Promise<Record<string, { status: number; ms: number }>> => {
    const token = grant.accessToken;
    const asked = {
      live: () => server.get('/health/live'),
      ready: () => server.get('/health/ready'),
      page: () => server.get('/'),
      docs: () => server.get('/docs/json'),
      session: () => server.get<Problem>('/session', { token }),
      repos: () => server.get<Problem>('/repos', { token }),
      actions: () => server.get<Problem>('/actions', { token }),
      recap: () => server.post<Problem>('/recaps', {}, { token }),
      signIn: () => server.post<Problem>('/clone', { path: 'one' }),
      noToken: () => server.get<Problem>('/session'),
    };
    const answers = await Promise.all(
      Object.entries(asked).map(async ([name, ask]) => {
        const begun = performance.now();
        const { status } = await ask();
        return [name, { status, ms: performance.now() - begun }] as const;
      }),
    );
    return Object.fromEntries(answers);
  };

  const AWAY = {
    live: 200,
    ready: 200,
    page: 200,
    docs: 200,
    session: 503,
    repos: 503,
    actions: 503,
    recap: 503,
    signIn: 503,
    noToken: 401,
  };

  it.each([
    ['it has crashed', () => redis.crash(), () => redis.start()],
    ['it does not answer', async () => redis.freeze(), async () => redis.thaw()],
  ])(
    'because %s, nothing hangs, and afterwards all is well',
    async (_name, stop, start) => {
      await server.get('/docs/json');
      await stop();
      try {
        for (let round = 0; round < 3; round += 1) {
          const answers = await statuses();
          const seen = Object.entries(answers).map(([name, { status }]) => [name, status]);
          expect(Object.fromEntries(seen)).toEqual(AWAY);
          const times = Object.values(answers).map(({ ms }) => ms);
          expect(Math.max(...times)).toBeLessThan(2_000);
        }
      } finally {
        await start();
      }
      await eventually(async () => {
        grant = await server.clone('one');
        const { session, repos, actions, recap, ready } = await statuses();
        const all = [session, repos, actions, recap, ready].map((answer) => answer?.status);
        expect(all).toEqual([200, 200, 200, 200, 200]);
      }, 10_000);
    },
    40_000,
  );

  it('takes no requests any more when that lasts for ten seconds', async () => {
    const begunAt = performance.now();
    await redis.crash();
    try {
      await eventually(async () => {
        const { status, body } = await server.get<Problem>('/health/ready');
        expect([status, body.code]).toEqual([503, 'state_unavailable']);
      }, 15_000);
      expect(performance.now() - begunAt).toBeGreaterThan(9_000);
    } finally {
      await redis.start();
    }
    await eventually(async () => {
      expect((await server.get('/health/ready')).status).toBe(200);
    }, 10_000);
  }, 40_000);
});
