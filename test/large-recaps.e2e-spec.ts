import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import { join } from 'node:path';
import type { SessionGrantDto } from '../src/auth/auth.dto.js';
import type { ReplyDto } from '../src/chat/replies/replies.dto.js';
import { SESSION_BYTES } from '../src/chat/replies/kept.bytes.js';
import { eventually } from './support/eventually.js';
import { HISTORY_END, importHistory } from './support/git-history.mjs';
import { GithubEmulator } from './support/github.emulator.js';
import { RedisServer } from './support/redis.server.js';
import { RepositoryFolder } from './support/repository.js';
import { TestServer } from './support/server.js';
import { seededWorld } from './support/world/seeded.world.js';

const COMMITS = 2_000;
const RECAPS = 6;
const LIMIT = 100_000;
const MEBIBYTE = 1024 * 1024;
const REQUEST = {
  since: new Date((HISTORY_END - 365 * 86_400) * 1000).toISOString(),
  until: new Date((HISTORY_END + 86_400) * 1000).toISOString(),
  author: ['*'],
};

// In memory there is no store that others could be kept from.
const withRedis = process.env.TEST_REDIS_URL ? describe : describe.skip;

withRedis('six recaps of 2,000 commits with messages of 4 KB', () => {
  const folder = new RepositoryFolder().add('large', []).add('small', [{ subject: 'feat: small' }]);
  let redis: RedisServer;
  let admin: Redis;
  let pods: TestServer[] = [];
  let grant: SessionGrantDto;
  let recaps: ReplyDto[];
  let connectionsBefore: string[];
  /** What a session asked for meanwhile that has nothing to do with it. */
  const asked: { status: number; remaining: number }[] = [];

  beforeAll(async () => {
    const message = (index: number): string =>
      `Change number ${String(index)}\n\n${randomBytes(3_000).toString('base64')}\n`;
    await importHistory(join(folder.path, 'large'), COMMITS, { message });
    redis = await RedisServer.start();
    admin = new Redis(redis.url);
    const settings = {
      REDIS_URL: redis.url,
      GIT_ROOT: folder.path,
      RATE_LIMIT_PER_MINUTE: String(LIMIT),
    };
    pods = [await TestServer.start(settings), await TestServer.start(settings)];
    connectionsBefore = await connections();
    const [pod] = pods;
    grant = await pod!.clone('large');
    const other = await pod!.clone('small');
    const recapping = recapAll(pod!);
    const written = new AbortController();
    void recapping.finally(() => written.abort());
    while (!written.signal.aborted) {
      const { status, headers } = await pod!.get('/session', { token: other.accessToken });
      asked.push({ status, remaining: Number(headers.get('ratelimit-remaining')) });
    }
    recaps = await recapping;
  }, 300_000);

  afterAll(async () => {
    admin.disconnect();
    await Promise.all(pods.map((pod) => pod.stop()));
    await redis.stop();
    folder.remove();
  });

  const connections = async (): Promise<string[]> => {
    const list = String(await admin.client('LIST')).split('\n');
    return list
      .map((line) => /^id=(\d+) .* name=git-recap-/.exec(line)?.[1])
      .filter((id) => id !== undefined)
      .toSorted();
  };

  async function recapAll(pod: TestServer): Promise<ReplyDto[]> {
    const token = grant.accessToken;
    const one = async (): Promise<ReplyDto> => {
      let { body } = await pod.post<ReplyDto>('/recaps', REQUEST, { token });
      while (body.status === 'running') {
        ({ body } = await pod.get<ReplyDto>(`/replies/${body.replyId}`, { token }));
      }
      return body;
    };
    // As many at once as a session may have.
    const first = await Promise.all(Array.from({ length: 4 }, one));
    return [...first, ...(await Promise.all(Array.from({ length: RECAPS - 4 }, one)))];
  }

  const sizes = async (): Promise<Map<string, number>> => {
    const keys = await admin.keys('*');
    const usage = await Promise.all(keys.map((key) => admin.memory('USAGE', key, 'SAMPLES', 0)));
    return new Map(keys.map((key, index) => [key, usage[index] ?? 0]));
  };

  it('are written, each from all of its commits', () => {
    expect(recaps.map(({ status }) => status)).toEqual(Array(RECAPS).fill('done'));
    for (const { text, coverage } of recaps) {
      expect(text).toMatch(/2,?000 commits/);
      expect(coverage?.truncated).toBe(false);
    }
  });

  it('keep no record of more than 512 KiB, and 8 MB for each at most', async () => {
    const kept = await sizes();
    expect(Math.max(...kept.values())).toBeLessThanOrEqual(MEBIBYTE / 2);
    const total = [...kept.values()].reduce((sum, bytes) => sum + bytes, 0);
    expect(total).toBeLessThan(RECAPS * 8_000_000);
    // A session's share, and what surrounds it.
    expect(total).toBeLessThan(18 * MEBIBYTE);
  });

  it('drop no connection, fail nobody, and leave nobody uncounted', async () => {
    expect(await connections()).toEqual(connectionsBefore);
    expect(asked.length).toBeGreaterThan(10);
    expect(new Set(asked.map(({ status }) => status))).toEqual(new Set([200]));
    // Who is let through uncounted has all of the limit left.
    expect(Math.max(...asked.map(({ remaining }) => remaining))).toBeLessThan(LIMIT);
  });

  it('can be asked about on another pod, as far as they are kept', async () => {
    const socket = await pods[1]!.connect(grant);
    socket.send('chat', { text: 'What about number 1234?', replyId: recaps.at(-1)?.replyId });
    const { data } = await socket.waitForEvent('done');
    expect(data).toMatchObject({ stopReason: 'end' });
  });

  it('are gone with their session', async () => {
    await pods[0]!.delete('/session', { token: grant.accessToken });
    const left = [...(await sizes()).keys()];
    expect(left.filter((key) => key.includes(':bytes:'))).toEqual([]);
  });
});

withRedis('a recap over 3,200 repositories', () => {
  const REPOSITORIES = 3_200;
  let redis: RedisServer;
  let admin: Redis;
  let github: GithubEmulator;
  let pods: TestServer[] = [];
  let grant: SessionGrantDto;
  let recap: ReplyDto;

  beforeAll(async () => {
    redis = await RedisServer.start();
    admin = new Redis(redis.url);
    github = await GithubEmulator.start(
      seededWorld({ repositories: REPOSITORIES, owners: 40, active: 3 }),
    );
    const settings = { REDIS_URL: redis.url, GITHUB_API_URL: github.url };
    pods = [await TestServer.start(settings), await TestServer.start(settings)];
    const [pod] = pods;
    const wish = { provider: 'github', token: GithubEmulator.TOKEN };
    ({ body: grant } = await pod!.post<SessionGrantDto>('/pat', wish));
    const asked = { since: '2025-06-10', until: '2025-06-30', author: ['*'] };
    ({ body: recap } = await pod!.post<ReplyDto>('/recaps', asked, { token: grant.accessToken }));
    recap = await replyOn(pod!, (reply) => reply.status !== 'running');
    // The last that is written of a reply, soon after its end.
    await eventually(async () => expect(await counted()).toBeGreaterThan(0));
  }, 300_000);

  afterAll(async () => {
    admin.disconnect();
    await Promise.all(pods.map((pod) => pod.stop()));
    await Promise.all([redis.stop(), github.stop()]);
  });

  async function replyOn(pod: TestServer, isAwaited: (reply: ReplyDto) => boolean) {
    for (;;) {
      const token = grant.accessToken;
      const { body } = await pod.get<ReplyDto>(`/replies/${recap.replyId}`, { token });
      if (isAwaited(body)) return body;
    }
  }
  const keyOf = (kind: string, name: string): string =>
    `git-recap:{${grant.sessionId}}:${kind}:${name}`;
  const kept = (name: string): string => keyOf('value', name);

  const counted = async (): Promise<number> => {
    const { replies } = JSON.parse((await admin.get(kept('kept'))) ?? '{}') as { replies: number };
    return replies;
  };

  it('tells of each, on another pod, too', async () => {
    expect(recap).toMatchObject({ status: 'done' });
    expect(recap.coverage?.repositories).toHaveLength(REPOSITORIES);
    expect(await replyOn(pods[1]!, () => true)).toEqual(recap);
  });

  it('keeps small records, of which its session has room for a hundred more', async () => {
    const keys = await admin.keys('*');
    const usage = await Promise.all(keys.map((key) => admin.memory('USAGE', key, 'SAMPLES', 0)));
    const sizes = new Map(keys.map((key, index) => [key, usage[index] ?? 0]));
    expect(sizes.size).toBeGreaterThan(5);
    expect(Math.max(...sizes.values())).toBeLessThanOrEqual(MEBIBYTE / 2);
    for (const key of [kept(`content:${recap.replyId}`), keyOf('log', `log:${recap.replyId}`)]) {
      expect(sizes.get(key)).toBeGreaterThan(0);
      expect(sizes.get(key)).toBeLessThan(MEBIBYTE / 8);
    }
    expect(await counted()).toBeLessThan(SESSION_BYTES / 100);
  });

  it('is the same told from its log, where nothing else is left of it', async () => {
    expect(await admin.del(kept(`content:${recap.replyId}`))).toBe(1);
    expect(await replyOn(pods[1]!, () => true)).toEqual(recap);
  });
});
