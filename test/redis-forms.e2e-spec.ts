import { afterAll, describe, expect, it } from '@jest/globals';
import { CACHE_MANAGER, type Cache } from '@nestjs/cache-manager';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SessionGrantDto } from '../src/auth/auth.dto.js';
import { connectRedis } from '../src/state/redis.clients.js';
import { RedisSharedState } from '../src/state/redis.shared-state.js';
import { makeCertificate } from './support/certificate.js';
import { eventually } from './support/eventually.js';
import { PodProcess } from './support/pod.process.js';
import { RedisCluster } from './support/redis.cluster.js';
import { RedisSentinel } from './support/redis.sentinel.js';
import { freePort, RedisServer } from './support/redis.server.js';
import { RepositoryFolder } from './support/repository.js';
import { TestServer } from './support/server.js';

describe('two pods', () => {
  const folder = new RepositoryFolder().add('one', [{ subject: 'feat: one' }]);

  afterAll(() => {
    folder.remove();
  });

  const clone = ({ url }: PodProcess): Promise<Response> =>
    fetch(`${url}/clone`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ path: 'one' }),
    });
  const start = (url: string) => TestServer.start({ GIT_ROOT: folder.path, REDIS_URL: url });

  /** All that is shared: sessions, limits, replies, messages between pods, and the cache. */
  async function worksOn(url: string): Promise<void> {
    const [one, other] = [await start(url), await start(url)];
    try {
      const grant = await one.clone('one');
      const token = grant.accessToken;
      expect((await other.get('/repos', { token })).status).toBe(200);
      const [writing, reading] = [await one.connect(grant), await other.connect(grant)];
      writing.send('recap', { since: '2000-01-01' });
      const { replyId } = (await writing.waitForEvent('accepted')).data;
      reading.send('resume', { replyId, after: 0 });
      expect((await reading.waitForEnd(replyId)).event).toBe('done');

      const cache = one.app.get<Cache>(CACHE_MANAGER);
      for (const key of ['a', 'b', 'c', 'd']) await cache.set(key, 'text', 60_000);
      expect(await other.app.get<Cache>(CACHE_MANAGER).get('d')).toBe('text');
      await cache.clear();
      expect(await cache.get('d')).toBeUndefined();

      await other.delete('/session', { token });
      expect((await writing.closed).code).toBe(4401);
      expect((await one.get('/session', { token })).status).toBe(401);
    } finally {
      await Promise.all([one.stop(), other.stop()]);
    }
  }

  it('share all there is in one database behind a password', async () => {
    const redis = await RedisServer.start('--requirepass', 'pass@word/:');
    try {
      await worksOn(
        redis.url.replace('//', `//default:${encodeURIComponent('pass@word/:')}@`) + '/3',
      );
    } finally {
      await redis.stop();
    }
  });

  it('share a session by TLS and a password, and trust no server that their authority did not sign', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'git-recap-tls-'));
    const { keyFile, authorityFile } = makeCertificate(directory, 'localhost');
    const port = String(await freePort());
    const keys = ['--tls-cert-file', authorityFile, '--tls-key-file', keyFile];
    const tls = ['--tls-port', port, ...keys, '--tls-auth-clients', 'no'];
    const redis = await RedisServer.start(...tls, '--requirepass', 'password-by-tls');
    const pods: PodProcess[] = [];
    const url = `rediss://:password-by-tls@localhost:${port}`;
    // This process was not told of the authority.
    const stranger = new RedisSharedState(connectRedis(url));
    const begin = async (): Promise<PodProcess> => {
      const own = { GIT_ROOT: folder.path, JWT_SECRET_KEY: 'k'.repeat(32), REDIS_URL: url };
      const pod = await PodProcess.start({ ...own, NODE_EXTRA_CA_CERTS: authorityFile });
      pods.push(pod);
      return pod;
    };
    try {
      const [one, other] = await Promise.all([begin(), begin()]);
      const signedIn = await clone(one);
      expect(signedIn.status).toBe(201);
      const { accessToken } = (await signedIn.json()) as SessionGrantDto;
      const headers = { authorization: `Bearer ${accessToken}` };
      expect((await fetch(`${other.url}/session`, { headers })).status).toBe(200);
      await expect(stranger.waitUntilReady(1_000)).rejects.toThrow();
    } finally {
      await Promise.all([stranger.onApplicationShutdown(), ...pods.map((pod) => pod.stop())]);
      await redis.stop();
      await rm(directory, { recursive: true });
    }
  }, 60_000);

  it('share all there is in a cluster of three nodes, and do not hang with it', async () => {
    const cluster = await RedisCluster.start();
    const state = new RedisSharedState(connectRedis(cluster.url));
    try {
      await worksOn(cluster.url);
      await state.waitUntilReady(5_000);
      for (const node of cluster.nodes) node.freeze();
      const key = { scope: 'one', name: 'value' };
      const begun = Date.now();
      const asked = [state.get(key), state.subscribe(key, () => undefined), state.ping()];
      for (const { status } of await Promise.allSettled(asked)) expect(status).toBe('rejected');
      expect(Date.now() - begun).toBeLessThan(1_000);
    } finally {
      await state.onApplicationShutdown();
      await cluster.stop();
    }
  });

  it('share all there is behind a sentinel, and go on when the replica takes over', async () => {
    const sentinel = await RedisSentinel.start();
    try {
      await worksOn(sentinel.url);
      const pod = await start(sentinel.url);
      await pod.clone('one');
      await sentinel.primary.crash();
      await eventually(async () => {
        await pod.clone('one');
      }, 15_000);
      await pod.stop();
    } finally {
      await sentinel.stop();
    }
  }, 60_000);
});
