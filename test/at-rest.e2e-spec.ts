import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import type { SessionGrantDto, SocketTicketDto } from '../src/auth/auth.dto.js';
import type { ReplyDto } from '../src/chat/replies/replies.dto.js';
import type { ActionsDto } from '../src/recap/actions.dto.js';
import type { ReposDto } from '../src/recap/repos.dto.js';
import { createSealer } from '../src/state/sealer.js';
import { GithubEmulator } from './support/github.emulator.js';
import { RedisServer } from './support/redis.server.js';
import { RepositoryFolder } from './support/repository.js';
import { TestServer } from './support/server.js';
import { seededWorld } from './support/world/seeded.world.js';

const WINDOW = 'since=2025-06-10&until=2025-06-30&author=*&limit=1000';
const SECRET = randomBytes(32).toString('hex');

// Without a Redis there is nothing at rest.
const withRedis = process.env.TEST_REDIS_URL ? describe : describe.skip;

withRedis('what stands in Redis after a busy session', () => {
  const folder = new RepositoryFolder().add('skunkworks', [
    {
      subject: 'feat: the unannounced product',
      body: 'Nobody may know.',
      email: 'ada@hidden.example',
    },
  ]);
  let redis: RedisServer;
  let github: GithubEmulator;
  let server: TestServer;
  let grant: SessionGrantDto;
  let ticket: string;
  let dump: { key: string; values: string[] }[];
  const planted = new Set<string>();

  beforeAll(async () => {
    redis = await RedisServer.start();
    github = await GithubEmulator.start(seededWorld());
    server = await TestServer.start({
      REDIS_URL: redis.url,
      JWT_SECRET_KEY: SECRET,
      GIT_ROOT: folder.path,
      GITHUB_API_URL: github.url,
    });
    await beBusy();
    dump = await dumpOf(redis.url);
  });

  afterAll(async () => {
    await server.stop();
    await Promise.all([redis.stop(), github.stop()]);
    folder.remove();
  });

  async function beBusy(): Promise<void> {
    const wish = { provider: 'github', token: GithubEmulator.TOKEN };
    ({ body: grant } = await server.post<SessionGrantDto>('/pat', wish));
    const token = grant.accessToken;
    await server.post('/clone', { path: 'skunkworks' }, { token });
    const repos = await server.get<ReposDto>('/repos', { token });
    const actions = await server.get<ActionsDto>(`/actions?${WINDOW}`, { token });
    const recap = await server.post<ReplyDto>('/recaps', { author: ['*'] }, { token });
    const socket = await server.connect(grant);
    socket.send('recap', { author: ['*'], ref: 'my-private-ref' });
    await socket.waitForEvent('done');
    const issued = await server.post<SocketTicketDto>('/session/socket-tickets', {}, { token });
    ({ ticket } = issued.body);

    for (const text of [
      GithubEmulator.TOKEN,
      token,
      ticket,
      'skunkworks',
      'hidden.example',
      'my-private-ref',
    ]) {
      planted.add(text);
    }
    for (const { fullName } of repos.body.repositories) planted.add(fullName);
    for (const { title, author } of actions.body.actions) {
      planted.add(title);
      if (author.email) planted.add(author.email);
    }
    for (const line of recap.body.text.split('\n').filter(Boolean)) planted.add(line);
    expect(actions.body.actions.length).toBeGreaterThan(10);
    expect(recap.body.text).toContain('the unannounced product');
  }

  it('is a good deal, and none of it is anybody’s text, name or token', () => {
    const text = JSON.stringify(dump);
    expect(dump.length).toBeGreaterThan(5);
    // Shorter ones, such as the release "v1.0", come up by chance in any sealed text.
    const telling = [...planted].filter(({ length }) => length > 5);
    expect(telling.length).toBeGreaterThan(20);
    expect(telling.filter((secret) => text.includes(secret))).toEqual([]);
  });

  it('opens with the key in the token and not with what the server’s environment holds', async () => {
    const record = dump.find(({ key }) => key === `git-recap:{${grant.sessionId}}:value:session`);
    const [sealed = ''] = record?.values ?? [];
    const context = `{${grant.sessionId}}:session`;
    const claims = JSON.parse(
      Buffer.from(grant.accessToken.split('.')[1] ?? '', 'base64url').toString(),
    ) as { key: string };
    const withToken = createSealer({
      serverKey: SECRET,
      sessionKey: Buffer.from(claims.key, 'base64url'),
    });
    expect(withToken.open(sealed, context)).toContain(GithubEmulator.TOKEN);
    for (const guess of [Buffer.alloc(32), Buffer.from(SECRET, 'hex'), randomBytes(32)]) {
      const withoutToken = createSealer({ serverKey: SECRET, sessionKey: guess });
      expect(() => withoutToken.open(sealed, context)).toThrow();
    }
  });

  it('holds tickets that only their owners can find, or open', () => {
    const { values } = dump.find(({ key }) => key.includes(':value:ticket')) ?? { values: [] };
    const [sealed = ''] = values;
    const open = (sessionKey: Buffer): string =>
      createSealer({ serverKey: SECRET, sessionKey }).open(sealed, 'socket-ticket');
    expect(open(Buffer.from(ticket, 'base64url'))).toBe(grant.accessToken);
    const hashes = dump.flatMap(({ key }) => /socket-ticket:([\w+/=-]+)/.exec(key)?.[1] ?? []);
    expect(hashes.length).toBeGreaterThan(0);
    const guesses = hashes.map((name) => Buffer.from(name, 'base64'));
    for (const guess of [...guesses, Buffer.from(SECRET, 'hex'), randomBytes(32)]) {
      expect(() => open(guess)).toThrow();
    }
  });

  it('is gone with the session, but for the counters of its last minute', async () => {
    await server.delete('/session', { token: grant.accessToken });
    const left = (await dumpOf(redis.url)).map(({ key }) => key);
    expect(left.filter((key) => key.includes(grant.sessionId) && !key.includes(':count:'))).toEqual(
      [],
    );
  });
});

async function dumpOf(url: string): Promise<{ key: string; values: string[] }[]> {
  const redis = new Redis(url);
  try {
    const keys = await redis.keys('*');
    return await Promise.all(
      keys.map(async (key) => ({ key, values: await valuesOf(redis, key) })),
    );
  } finally {
    redis.disconnect();
  }
}

async function valuesOf(redis: Redis, key: string): Promise<string[]> {
  switch (await redis.type(key)) {
    case 'string':
      return [(await redis.get(key)) ?? ''];
    case 'list':
      return redis.lrange(key, 0, -1);
    case 'zset':
      return redis.zrange(key, 0, -1);
    case 'set':
      return redis.smembers(key);
    case 'hash':
      return Object.entries(await redis.hgetall(key)).flat();
    default:
      throw new Error(`a kind of key that nobody reads: ${key}`);
  }
}
