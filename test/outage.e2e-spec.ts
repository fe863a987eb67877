import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { setTimeout as pause } from 'node:timers/promises';
import type { SessionGrantDto } from '../src/auth/auth.dto.js';
import { DomainError } from '../src/errors/domain.error.js';
import type { Problem } from '../src/errors/problem.js';
import { SharedState } from '../src/state/shared-state.js';
import { eventually } from './support/eventually.js';
import { GithubEmulator } from './support/github.emulator.js';
import { RedisServer } from './support/redis.server.js';
import { RepositoryFolder } from './support/repository.js';
import { TestServer } from './support/server.js';
import { HandshakeRefused, type SocketClient } from './support/socket.client.js';
import { type Sample, Traffic } from './support/traffic.js';
import { seededWorld } from './support/world/seeded.world.js';

const withRedis = process.env.TEST_REDIS_URL ? describe : describe.skip;

/**
 * While Redis is away every request ends within it, counted from when it or the outage begins, and
 * beyond what one takes that needs no Redis.
 */
const ANSWERED_MS = 1_000;
/** After it everything works that needs Redis, counted from when that is back. */
const RECOVERED_MS = 5_000;
const AWAY_MS = 1_500;
/** A busy machine may take so long for two requests of every kind. */
const PATIENCE_MS = 15_000;

/** What they are answered while all is well. */
const WELL = {
  live: 200,
  ready: 200,
  page: 200,
  docs: 200,
  withoutToken: 401,
  session: 200,
  repositories: 200,
  actions: 200,
  recap: 200,
  replies: 200,
  reply: 404,
  signIn: 201,
  signInWithToken: 201,
  signInAtGithub: 302,
  handshake: 'open',
  message: 'recap_required',
};
type Kind = keyof typeof WELL;
const NEED_NO_REDIS: readonly string[] = ['live', 'ready', 'page', 'docs', 'withoutToken'];
const UNAVAILABLE: readonly unknown[] = [503, 'state_unavailable'];

withRedis('when Redis goes away', () => {
  const folder = new RepositoryFolder().add('one', [{ subject: 'feat: one' }]);
  let redis: RedisServer;
  let github: GithubEmulator;
  let server: TestServer;

  beforeAll(async () => {
    // What it held is there again after a crash: sessions go on.
    redis = await RedisServer.start('--appendonly', 'yes', '--appendfsync', 'always');
    github = await GithubEmulator.start(seededWorld({ repositories: 2, active: 1, commits: 1 }));
    server = await TestServer.start({
      GIT_ROOT: folder.path,
      GITHUB_API_URL: github.url,
      GITHUB_URL: github.url,
      GITHUB_CLIENT_ID: 'id',
      GITHUB_CLIENT_SECRET: 'a-client-secret',
      OAUTH_REDIRECT_URIS: 'https://recap.example.com/back',
      SESSIONS_PER_USER: '1000',
      REDIS_URL: redis.url,
    });
    expect((await server.get('/health/ready')).status).toBe(200);
    // What the first request imports takes its time.
    await server.get('/docs/json');
  });

  afterAll(async () => {
    await server.stop();
    await Promise.all([github.stop(), redis.stop()]);
    folder.remove();
  });

  const withToken = { provider: 'github', token: GithubEmulator.TOKEN };

  /** One request of every kind, over and over. */
  async function begin(): Promise<Traffic> {
    const [guest, writer] = [await server.clone('one'), await server.clone('one')];
    const { body: user } = await server.post<SessionGrantDto>('/pat', withToken);
    const socket = await server.connect(guest);
    const get = (path: string, grant?: SessionGrantDto) => async () =>
      (await server.get(path, { token: grant?.accessToken })).status;
    const post = (path: string, body: object, grant?: SessionGrantDto) => async () =>
      (await server.post(path, body, { token: grant?.accessToken })).status;
    const kinds: Record<Kind, () => Promise<number | string>> = {
      live: get('/health/live'),
      ready: get('/health/ready'),
      page: get('/'),
      docs: get('/docs/json'),
      withoutToken: get('/session'),
      session: get('/session', user),
      repositories: get('/repos', user),
      actions: get('/actions', guest),
      recap: post('/recaps', {}, writer),
      replies: get('/replies', guest),
      reply: get('/replies/no-such-reply', guest),
      signIn: post('/clone', { path: 'one' }),
      signInWithToken: post('/pat', withToken),
      signInAtGithub: get('/auth/github?redirectUri=https://recap.example.com/back'),
      handshake: () => handshake(guest),
      message: () => message(socket),
    };
    return new Traffic(kinds);
  }

  async function handshake(grant: SessionGrantDto): Promise<string> {
    try {
      await (await server.connect(grant)).close();
      return 'open';
    } catch (error) {
      if (error instanceof HandshakeRefused) return String(error.problem.code);
      throw error;
    }
  }

  let sent = 0;
  async function message(socket: SocketClient): Promise<string> {
    const ref = `message-${String((sent += 1))}`;
    socket.send('chat', { text: 'And then?', ref });
    const { data } = await socket.waitFor((frame) => frame.data.ref === ref);
    return String(data.problem?.code);
  }

  const isWell = ({ name, outcome }: Sample): boolean => outcome === WELL[name as Kind];
  const isRefused = ({ name, outcome }: Sample): boolean =>
    !NEED_NO_REDIS.includes(name) && UNAVAILABLE.includes(outcome);
  /** The kinds of which the last two that began since then did not both go well. */
  const unwellSince = (instant: number, samples: readonly Sample[]): string[] =>
    Object.keys(WELL).filter((kind) => {
      const later = samples.filter(({ name, begunAt }) => name === kind && begunAt > instant);
      return later.length < 2 || !later.slice(-2).every(isWell);
    });

  it.each([
    ['because it crashed', () => redis.crash(), () => redis.start()],
    ['because it does not answer', async () => redis.freeze(), async () => redis.thaw()],
  ])(
    '%s, every request ends within a second, and all is well again within five',
    async (_name, stop, start) => {
      const traffic = await begin();
      const { samples } = traffic;
      const begunAt = performance.now();
      const expectAllWellSince = (instant: number): Promise<void> =>
        eventually(() => expect(unwellSince(instant, samples)).toEqual([]), PATIENCE_MS);
      let [stoppedAt, backAt] = [0, 0];
      try {
        await expectAllWellSince(begunAt);
        stoppedAt = performance.now();
        await stop();
        await pause(AWAY_MS);
        backAt = performance.now();
        await start();
        await expectAllWellSince(backAt);
      } finally {
        await traffic.stop();
      }

      const met = samples.filter(({ begunAt, ms }) => begunAt + ms > stoppedAt);
      // What a busy machine adds, it adds to what needs no Redis, too.
      const slowness = Math.max(...met.filter(({ name }) => name === 'live').map(({ ms }) => ms));
      const late = met.filter((sample) => {
        const endedAt = sample.begunAt + sample.ms;
        // What works again may take the time that it takes.
        const until = isRefused(sample) ? endedAt : Math.min(endedAt, backAt);
        return until - Math.max(sample.begunAt, stoppedAt) > ANSWERED_MS + slowness;
      });
      expect(late).toEqual([]);
      expect(met.filter((sample) => !isWell(sample) && !isRefused(sample))).toEqual([]);
      const refused = met.filter(isRefused);
      const kinds = new Set([...NEED_NO_REDIS, ...refused.map(({ name }) => name)]);
      expect([...kinds].toSorted()).toEqual(Object.keys(WELL).toSorted());
      const lastAt = Math.max(...refused.map(({ begunAt }) => begunAt));
      expect(lastAt - backAt).toBeLessThan(RECOVERED_MS);
    },
    60_000,
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
    }, RECOVERED_MS);
  }, 40_000);
});

it('an outage before the first probe is as brief as one after it', async () => {
  const server = await TestServer.start({});
  try {
    const away = new DomainError('state_unavailable', 'It is away.');
    jest.spyOn(server.app.get(SharedState), 'ping').mockRejectedValue(away);
    expect((await server.get('/health/ready')).status).toBe(200);
  } finally {
    jest.restoreAllMocks();
    await server.stop();
  }
});

it('a reply that an outage keeps from beginning takes no room from those after it', async () => {
  const folder = new RepositoryFolder().add('one', [{ subject: 'feat: one' }]);
  const server = await TestServer.start({ GIT_ROOT: folder.path, REPLIES_PER_SESSION: '1' });
  try {
    const { accessToken: token } = await server.clone('one');
    const recap = async () => (await server.post('/recaps', {}, { token })).status;
    const state = server.app.get(SharedState);
    const away = async (): Promise<never> => {
      throw new DomainError('state_unavailable', 'It is away.');
    };
    // It goes away when the reply has taken its room and is to be stored.
    jest.spyOn(state, 'set').mockImplementationOnce(() => {
      jest.spyOn(state, 'replace').mockImplementation(away);
      return away();
    });
    expect(await recap()).toBe(503);
    await pause(100);
    jest.restoreAllMocks();
    await eventually(async () => expect(await recap()).toBe(200));

    // It notes that the reply takes room, and cannot say so any more.
    const replace = state.replace.bind(state);
    let isAway = true;
    jest.spyOn(state, 'replace').mockImplementation(async (key, expected, value, ttl) => {
      const replaced = await replace(key, expected, value, ttl);
      // The reply before it may still be noting how it ended.
      if (!isAway || key.name !== 'running' || value === '[]') return replaced;
      isAway = false;
      return away();
    });
    expect(await recap()).toBe(503);
    await eventually(async () => expect(await recap()).toBe(200));
  } finally {
    jest.restoreAllMocks();
    await server.stop();
    folder.remove();
  }
});
