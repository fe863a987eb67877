import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { CACHE_MANAGER, type Cache } from '@nestjs/cache-manager';
import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';
import type { SessionGrantDto } from '../src/auth/auth.dto.js';
import type { ReposDto } from '../src/recap/repos.dto.js';
import { isRedisReachable } from './support/redis.reachable.js';
import { RedisServer } from './support/redis.server.js';
import { RepositoryFolder } from './support/repository.js';
import { TestServer } from './support/server.js';
import { TwoAccounts } from './support/two-accounts.js';

const HERS = ['Hers-0', 'Hers-1', 'Hers-2', 'Hers-3'];
const HIS = ['His-0', 'His-1', 'His-2', 'His-3'];

const folder = new RepositoryFolder().add('local', [{ subject: 'feat: local' }]);
let github: TwoAccounts;
let server: TestServer;

let secret: string;

const settings = () => ({
  GITHUB_API_URL: github.url,
  GIT_ROOT: folder.path,
  // An emulator may get the port of an earlier one, whose lists are still kept under their secret.
  JWT_SECRET_KEY: secret,
});

/** @param session The token of the session to add the account to; absent: a new one. */
async function signIn(token: string, session?: string, on = server): Promise<string> {
  const asked = { provider: 'github', token };
  const { status, body } = await on.post<SessionGrantDto>('/pat', asked, { token: session });
  if (status !== 201) throw new Error(JSON.stringify(body));
  return body.accessToken;
}

async function list(token: string, query = '', on = server) {
  const { status, headers, body } = await on.get<ReposDto>(`/repos${query}`, { token });
  const names = status === 200 ? body.repositories.map(({ name }) => name).sort() : [];
  return { status, body, names, cache: headers.get('x-cache'), age: headers.get('age') };
}

/** How often an account's list was asked for. */
const listings = ({ emulator }: TwoAccounts['hers']): number =>
  emulator.requests.filter(({ url }) => url.pathname === '/user/repos').length;

beforeEach(async () => {
  secret = randomBytes(32).toString('hex');
  github = await TwoAccounts.start();
  server = await TestServer.start(settings());
});

afterEach(async () => {
  await server.stop();
  await github.stop();
});

describe('the list of repositories', () => {
  it('is asked for once; all pages and searches are cut from what is kept', async () => {
    const token = await signIn(github.hers.token);
    const first = await list(token, '?search=hers-2');
    expect(first).toMatchObject({ cache: 'MISS', age: null, names: ['Hers-2'] });
    expect(await list(token)).toMatchObject({ cache: 'HIT', names: HERS });
    const page = await list(token, '?perPage=3&page=2');
    expect(page).toMatchObject({ cache: 'HIT', body: { total: 4, page: 2 } });
    expect(page.names).toHaveLength(1);
    expect(Number(page.age)).toBeLessThan(10);
    expect(listings(github.hers)).toBe(1);
  });

  it('is kept for the credential: a new session with it hits', async () => {
    await list(await signIn(github.hers.token));
    const again = await list(await signIn(github.hers.token));
    expect(again).toMatchObject({ cache: 'HIT', names: HERS });
  });

  it('of one user has not a byte of another’s, for the same URL and with all of it kept', async () => {
    const [hers, his] = [await signIn(github.hers.token), await signIn(github.his.token)];
    for (const cache of ['MISS', 'HIT', 'HIT']) {
      const [forHer, forHim] = await Promise.all([list(hers), list(his)]);
      expect(forHer).toMatchObject({ cache, names: HERS });
      expect(forHim).toMatchObject({ cache, names: HIS });
      expect(JSON.stringify(forHer.body)).not.toMatch(/his-\d"|hubot\//i);
      expect(JSON.stringify(forHim.body)).not.toMatch(/hers-\d"|octocat\//i);
    }
  });

  it('of both accounts is neither one’s, and the same in whatever order they were added', async () => {
    const [hers, his] = [await signIn(github.hers.token), await signIn(github.his.token)];
    await Promise.all([list(hers), list(his)]);
    await signIn(github.his.token, hers);
    expect(await list(hers)).toMatchObject({ cache: 'MISS', names: [...HERS, ...HIS] });
    await signIn(github.hers.token, his);
    const swapped = await list(his);
    expect(swapped).toMatchObject({ cache: 'HIT', names: [...HERS, ...HIS] });
    const [first, second] = swapped.body.coverage.connections.map(({ id }) => id);
    expect(first).toMatch(/-2$/);
    expect(second).toMatch(/-1$/);
  });

  it('is asked for anew by refresh=true, and then kept', async () => {
    const token = await signIn(github.hers.token);
    await list(token);
    github.hers.repositories.push({ ...github.hers.repositories[0]!, name: 'New' });
    expect((await list(token)).names).toEqual(HERS);
    expect(await list(token, '?refresh=true')).toMatchObject({
      cache: 'MISS',
      names: [...HERS, 'New'],
    });
    expect(await list(token)).toMatchObject({ cache: 'HIT', names: [...HERS, 'New'] });
  });

  it('is not kept when a part of it is missing', async () => {
    const token = await signIn(github.hers.token);
    await signIn(github.his.token, token);
    github.his.emulator.fail({ status: 401 }, ({ url }) => url.pathname === '/user/repos');
    for (let time = 0; time < 2; time += 1) {
      const partial = await list(token);
      expect(partial).toMatchObject({ cache: 'MISS', names: HERS });
      expect(partial.body.coverage.connections.map(({ status }) => status)).toContain('failed');
    }
    github.his.emulator.heal();
    expect(await list(token)).toMatchObject({ cache: 'MISS', names: [...HERS, ...HIS] });
    expect(await list(token)).toMatchObject({ cache: 'HIT', names: [...HERS, ...HIS] });
  });

  it('of a git repository is read each time, also beside what is kept', async () => {
    const { accessToken: guest } = await server.clone('local');
    expect((await list(guest)).cache).toBe('MISS');
    expect((await list(guest)).cache).toBe('MISS');
    await signIn(github.hers.token, guest);
    await list(guest);
    const both = await list(guest);
    expect(both).toMatchObject({ cache: 'HIT', names: [...HERS, 'local'] });
    folder.add('local-2', [{ subject: 'feat: local' }]);
    await server.post('/clone', { path: 'local-2' }, { token: guest });
    expect((await list(guest)).names).toEqual([...HERS, 'local', 'local-2']);
  });

  it('is asked for once for all who want it at the same time, even when the first one leaves', async () => {
    const tokens = await Promise.all([1, 2, 3].map(() => signIn(github.hers.token)));
    github.hers.emulator.latency = 300;
    const leaving = new AbortController();
    const left = fetch(`${server.url}/repos`, {
      headers: { authorization: `Bearer ${tokens[0] ?? ''}` },
      signal: leaving.signal,
    }).catch(() => 'left');
    const staying = tokens.map((token) => list(token));
    setTimeout(() => leaving.abort(), 100);
    for (const answer of await Promise.all(staying)) {
      expect(answer).toMatchObject({ status: 200, names: HERS });
    }
    expect(await left).toBe('left');
    expect(listings(github.hers)).toBe(1);
  });

  it('is what GET /actions finds repositories in, asked for anew when one is not in it', async () => {
    const token = await signIn(github.hers.token);
    const { id = '' } = (await list(token, '?search=hers-1')).body.repositories[0] ?? {};
    const actions = (name: string) =>
      server.get(`/actions?repo=${encodeURIComponent(id.replace(/hers-1/i, name))}`, { token });
    expect((await actions('hers-1')).status).toBe(200);
    expect(listings(github.hers)).toBe(1);
    github.hers.repositories.push({ ...github.hers.repositories[0]!, name: 'New' });
    expect((await actions('new')).status).toBe(200);
    expect(listings(github.hers)).toBe(2);
    expect((await actions('none')).status).toBe(404);
  });

  it('refuses a query that is not valid before anybody is asked', async () => {
    const token = await signIn(github.hers.token);
    expect((await list(token, '?refresh=perhaps')).status).toBe(400);
    expect((await list(token, '?page=0')).status).toBe(400);
    expect(listings(github.hers)).toBe(0);
  });

  it('is neither kept nor found where REPOS_CACHE_SECONDS is 0', async () => {
    await list(await signIn(github.hers.token));
    const forgetful = await TestServer.start({ ...settings(), REPOS_CACHE_SECONDS: '0' });
    try {
      const token = await signIn(github.hers.token, undefined, forgetful);
      expect((await list(token, '', forgetful)).cache).toBe('MISS');
      expect((await list(token, '', forgetful)).cache).toBe('MISS');
    } finally {
      await forgetful.stop();
    }
  });
});

const withRedis = (await isRedisReachable()) ? describe : describe.skip;

withRedis('what is kept in Redis', () => {
  let redis: RedisServer;
  let client: Redis;
  let pods: TestServer[];

  beforeEach(async () => {
    redis = await RedisServer.start();
    client = new Redis(redis.url);
    const shared = { ...settings(), REDIS_URL: redis.url };
    pods = [await TestServer.start(shared), await TestServer.start(shared)];
  });

  afterEach(async () => {
    await Promise.all(pods.map((pod) => pod.stop()));
    client.disconnect();
    await redis.stop();
  });

  it('is there for all pods', async () => {
    const [one, other] = pods;
    await list(await signIn(github.hers.token, undefined, one), '', one);
    const answer = await list(await signIn(github.hers.token, undefined, other), '', other);
    expect(answer).toMatchObject({ cache: 'HIT', names: HERS });
    const keys = await client.keys('*cache:*');
    expect(keys).toHaveLength(1);
    expect(await client.pttl(keys[0] ?? '')).toBeGreaterThan(3_500_000);
  });

  it('is not found once it is older than a shorter REPOS_CACHE_SECONDS allows', async () => {
    const [pod] = pods;
    await list(await signIn(github.hers.token, undefined, pod), '', pod);
    await pause(1_100);
    const shorter = { ...settings(), REDIS_URL: redis.url, REPOS_CACHE_SECONDS: '1' };
    const brief = await TestServer.start(shorter);
    pods.push(brief);
    const token = await signIn(github.hers.token, undefined, brief);
    expect((await list(token, '', brief)).cache).toBe('MISS');
  });

  it('tells nothing of what it is, and whose', async () => {
    const [pod] = pods;
    await list(await signIn(github.hers.token, undefined, pod), '', pod);
    for (const key of await client.keys('*')) {
      const stored = (await client.type(key)) === 'string' ? await client.get(key) : '';
      // Shorter words come up by chance in any sealed text.
      expect(`${key} ${stored ?? ''}`).not.toMatch(/hers-\d|octocat|ghp_hers/i);
    }
  });

  it('is not believed when somebody else put it there', async () => {
    const [pod] = pods;
    const token = await signIn(github.hers.token, undefined, pod);
    const his = await signIn(github.his.token, undefined, pod);
    await list(his, '', pod);
    const [hisKey = ''] = await client.keys('*cache:*');
    const hisText = (await client.get(hisKey)) ?? '';
    await list(token, '', pod);
    const [key = ''] = (await client.keys('*cache:*')).filter((name) => name !== hisKey);
    const code = 'function () { globalThis.ran = true; return "[]"; }';
    const planted = [
      hisText,
      JSON.stringify({ toJSON: `_function_toJSON|${code}` }),
      JSON.stringify(`_function_x|${code}`),
      JSON.stringify(JSON.stringify({ value: { toJSON: `_function_toJSON|${code}` } })),
      JSON.stringify(JSON.stringify({ value: JSON.stringify({ readings: [] }) })),
      JSON.stringify(JSON.stringify({ value: 42 })),
      '{"__proto__": {"status": 200}}',
      'no JSON',
      '',
    ];
    for (const value of planted) {
      await client.set(key, value);
      expect(await list(token, '', pod)).toMatchObject({ cache: 'MISS', names: HERS });
      expect(await list(token, '', pod)).toMatchObject({ cache: 'HIT', names: HERS });
    }
    expect(globalThis).not.toHaveProperty('ran');
  });

  it('can be cleared without a session being lost', async () => {
    const [pod] = pods;
    const token = await signIn(github.hers.token, undefined, pod);
    await list(token, '', pod);
    await pod?.app.get<Cache>(CACHE_MANAGER).clear();
    expect(await client.keys('*cache:*')).toEqual([]);
    expect(await list(token, '', pod)).toMatchObject({ cache: 'MISS', names: HERS });
  });
});
