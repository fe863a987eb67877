import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import type { Problem } from '../src/errors/problem.js';
import { isRedisReachable, REDIS_TEST_URL } from './support/redis.reachable.js';
import { RedisServer } from './support/redis.server.js';
import { RepositoryFolder } from './support/repository.js';
import { TestServer } from './support/server.js';
import { HandshakeRefused, SocketClient } from './support/socket.client.js';

const LIMIT = 20;
const SIGN_INS = LIMIT / 5;

/** Another client each time: the counts of earlier runs are still in Redis. */
const someAddress = (): string => {
  const network = randomBytes(4).toString('hex');
  return `2001:db8:${network.slice(0, 4)}:${network.slice(4)}::1`;
};
const from = (address: string) => ({ headers: { 'x-forwarded-for': address } });
const someId = (): string => randomBytes(18).toString('base64url');

describe('the limit', () => {
  const folder = new RepositoryFolder().add('one', [{ subject: 'feat: one' }]);
  const settings = {
    GIT_ROOT: folder.path,
    RATE_LIMIT_PER_MINUTE: String(LIMIT),
    TRUST_PROXY: '127.0.0.1',
  };
  let server: TestServer;

  const signIn = async () => (await server.clone('one', from(someAddress()))).accessToken;
  const statuses = async (times: number, ask: () => Promise<{ status: number }>) => {
    const seen: number[] = [];
    for (let time = 0; time < times; time += 1) seen.push((await ask()).status);
    return seen;
  };

  const refusedHandshake = async (client: ReturnType<typeof from>): Promise<{ status: number }> => {
    const opening = SocketClient.open(server.url, 'any', 'no.valid.token', client);
    const refusal: unknown = await opening.catch((error: unknown) => error);
    if (refusal instanceof HandshakeRefused) return refusal;
    throw new Error('the handshake was not refused', { cause: refusal });
  };

  beforeAll(async () => {
    server = await TestServer.start(settings);
  });

  afterAll(async () => {
    await server.stop();
    folder.remove();
  });

  it('is one for all routes of a session, and says how much of it is left', async () => {
    const token = await signIn();
    const first = await server.get('/session', { token });
    expect(first.headers.get('ratelimit-limit')).toBe(String(LIMIT));
    expect(first.headers.get('ratelimit-remaining')).toBe(String(LIMIT - 1));
    expect(Number(first.headers.get('ratelimit-reset'))).toBeGreaterThan(0);
    const second = await server.get('/repos', { token });
    expect(second.headers.get('ratelimit-remaining')).toBe(String(LIMIT - 2));
  });

  it('answers 429 with the time to wait when it is used up', async () => {
    const token = await signIn();
    const within = await statuses(LIMIT, () => server.get('/session', { token }));
    expect(within).toEqual(Array(LIMIT).fill(200));
    const { status, body, headers } = await server.get<Problem>('/session', { token });
    expect(status).toBe(429);
    expect(body.code).toBe('rate_limited');
    expect(body.retryAfter).toBeGreaterThan(0);
    expect(body.retryAfter).toBeLessThanOrEqual(60);
    expect(headers.get('retry-after')).toBe(String(body.retryAfter));
    expect(headers.get('ratelimit-remaining')).toBe('0');
  });

  it('of one session takes nothing from another of the same address', async () => {
    const [busy, calm] = [await signIn(), await signIn()];
    await statuses(LIMIT + 1, () => server.get('/session', { token: busy }));
    expect((await server.get('/session', { token: calm })).status).toBe(200);
  });

  it('holds for the client address when the token does not verify, whatever session it names', async () => {
    const options = () => ({ token: `a.${someId()}.c`, ...from(address) });
    const address = someAddress();
    const seen = await statuses(LIMIT + 1, () => server.get('/session', options()));
    expect(seen).toEqual([...Array<number>(LIMIT).fill(401), 429]);
    const other = await server.get('/session', { ...options(), ...from(someAddress()) });
    expect(other.status).toBe(401);
  });

  it('takes the addresses of an IPv6 network for one client', async () => {
    const network = someAddress().slice(0, -1);
    let last = 0;
    const ask = () => server.get('/session', from(`${network}${String((last += 1))}`));
    expect((await statuses(LIMIT + 1, ask)).at(-1)).toBe(429);
  });

  it('is not escaped by an address that is none', async () => {
    const { status } = await server.get('/session', from(`{evil}:${someId()}`));
    expect([401, 429]).toContain(status);
  });

  it('is stricter for signing in, by address and with a session too', async () => {
    const token = await signIn();
    const address = someAddress();
    const seen = await statuses(SIGN_INS + 1, () =>
      server.post('/clone', { path: 'one' }, { token, ...from(address) }),
    );
    expect(seen).toEqual([...Array<number>(SIGN_INS).fill(201), 429]);
    const withToken = await server.post('/pat', {}, from(address));
    expect(withToken.status).toBe(429);
    expect(withToken.headers.get('ratelimit-limit')).toBe(String(SIGN_INS));
    expect((await server.get('/clone', from(address))).status).toBe(200);
  });

  it('does not hold for health, the page and the documents', async () => {
    const client = from(someAddress());
    await statuses(LIMIT + 1, () => server.get('/session', client));
    for (const path of ['/health/live', '/health/ready', '/', '/docs/json']) {
      expect((await server.get(path, client)).status).toBe(200);
    }
  });

  it('counts the messages of sockets too, and closes those that persist', async () => {
    const grant = await server.clone('one', from(someAddress()));
    const socket = await server.connect(grant);
    // The handshake was the first of the minute.
    for (let sent = 1; sent < LIMIT; sent += 1) socket.sendRaw('no frame');
    socket.send('resume', { replyId: 'x', after: 0, ref: 'mine' });
    const refused = await socket.waitFor(({ data }) => data.problem?.code === 'rate_limited');
    expect(refused.data).toMatchObject({ replyId: 'x', ref: 'mine' });
    expect(refused.data.problem?.retryAfter).toBeGreaterThan(0);
    expect(socket.frames).toHaveLength(LIMIT);
    const { status } = await server.get('/session', { token: grant.accessToken });
    expect(status).toBe(429);
    for (let sent = 0; sent < 100; sent += 1) socket.sendRaw('no frame');
    expect((await socket.closed).code).toBe(4429);
    expect(socket.frames.length).toBeLessThan(LIMIT + 30);
    await expect(server.connect(grant)).rejects.toMatchObject({ status: 429 });
  });

  it('counts handshakes with a token that does not verify for the client', async () => {
    const client = from(someAddress());
    const refusals = await statuses(LIMIT + 1, () => refusedHandshake(client));
    expect(refusals).toEqual([...Array<number>(LIMIT).fill(401), 429]);
    expect((await server.get('/clone', client)).status).toBe(429);
    expect((await refusedHandshake(from(someAddress()))).status).toBe(401);
  });

  it('is believed of the client only where the proxy is trusted', async () => {
    const direct = await TestServer.start({ ...settings, TRUST_PROXY: '10.0.0.0/8' });
    try {
      const seen = await statuses(LIMIT + 1, () => direct.get('/session', from(someAddress())));
      expect(seen.at(-1)).toBe(429);
    } finally {
      await direct.stop();
    }
  });

  it('takes the address that the last so many proxies vouch for', async () => {
    const behind = await TestServer.start({ ...settings, TRUST_PROXY: '1' });
    const address = someAddress();
    try {
      const ask = () => behind.get('/session', from(`${someAddress()}, ${address}`));
      expect((await statuses(LIMIT + 1, ask)).at(-1)).toBe(429);
      expect((await behind.get('/session', from(someAddress()))).status).toBe(401);
    } finally {
      await behind.stop();
    }
  });
});

describe('the limit of pods on one Redis', () => {
  const folder = new RepositoryFolder().add('one', [{ subject: 'feat: one' }]);
  const settings = { GIT_ROOT: folder.path, RATE_LIMIT_PER_MINUTE: String(LIMIT) };

  afterAll(() => {
    folder.remove();
  });

  it('is one limit', async () => {
    if (!(await isRedisReachable())) return;
    const shared = { ...settings, REDIS_URL: REDIS_TEST_URL, TRUST_PROXY: '127.0.0.1' };
    const [one, other] = [await TestServer.start(shared), await TestServer.start(shared)];
    try {
      const { accessToken: token } = await one.clone('one', from(someAddress()));
      for (let time = 0; time < LIMIT / 2; time += 1) {
        expect((await one.get('/session', { token })).status).toBe(200);
        expect((await other.get('/session', { token })).status).toBe(200);
      }
      expect((await one.get('/session', { token })).status).toBe(429);
      expect((await other.get('/session', { token })).status).toBe(429);
    } finally {
      await Promise.all([one.stop(), other.stop()]);
    }
  });

  it('holds on each pod while Redis is away, within a second, and for all together again after', async () => {
    if (!(await isRedisReachable())) return;
    const redis = await RedisServer.start();
    const server = await TestServer.start({ ...settings, REDIS_URL: redis.url });
    try {
      redis.freeze();
      for (let time = 0; time < LIMIT + 1; time += 1) {
        const startedAt = performance.now();
        expect((await server.get('/clone')).status).toBe(time < LIMIT ? 200 : 429);
        expect(performance.now() - startedAt).toBeLessThan(1_000);
      }
      redis.thaw();
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      const seen: number[] = [];
      for (let time = 0; time < LIMIT * 2; time += 1) {
        seen.push((await server.get('/clone')).status);
      }
      expect(seen).toContain(200);
      expect(seen.at(-1)).toBe(429);
    } finally {
      redis.thaw();
      await server.stop();
      await redis.stop();
    }
  });
});
