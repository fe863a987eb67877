import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { SessionGrantDto } from '../src/auth/auth.dto.js';
import type { Problem } from '../src/errors/problem.js';
import type { ReposDto } from '../src/recap/repos.dto.js';
import { eventually } from './support/eventually.js';
import { makeGitBomb } from './support/git-bomb.js';
import { GitServer } from './support/git-server.js';
import { RepositoryFolder } from './support/repository.js';
import { type Answer, TestServer } from './support/server.js';
import { SilentHost } from './support/silent.host.js';

const SILENT_HOSTS = 60;
/** Of the eight that may speak with hosts at a time. */
const SHARE = 2;

describe('what git may do at once', () => {
  const folder = new RepositoryFolder().add('small', [{ subject: 'feat: small' }]);
  const authorities = process.env.NODE_EXTRA_CA_CERTS;
  let silent: SilentHost[];
  let host: GitServer;
  let server: TestServer;

  beforeAll(async () => {
    makeGitBomb(join(folder.path, 'bomb'));
    mkdirSync(join(folder.path, 'keys'));
    silent = await Promise.all(Array.from({ length: SILENT_HOSTS }, () => SilentHost.start()));
    host = await GitServer.start(folder.path, join(folder.path, 'keys'));
    process.env.NODE_EXTRA_CA_CERTS = host.authorityFile;
    server = await TestServer.start({
      GIT_ROOT: folder.path,
      GIT_HOSTS: [host, ...silent].map((one) => one.host).join(','),
      GIT_CACHE_DIR: join(folder.path, 'cache'),
    });
  });
  afterAll(async () => {
    process.env.NODE_EXTRA_CA_CERTS = authorities;
    await server.stop();
    await host.stop();
    for (const one of silent) one.stop();
    folder.remove();
  });

  const addUrl = (url: string, token: string): Promise<Answer<SessionGrantDto & Problem>> =>
    server.post('/clone', { url }, { token });
  /** Goes on until it is answered, or given up. */
  const ask = async (path: string, init: RequestInit, token: string): Promise<number> => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const response = await fetch(server.url + path, { headers, ...init });
    await response.text();
    return response.status;
  };
  const visited = (): number => silent.filter(({ visitors }) => visitors > 0).length;

  it('is shared out: hosts that hang for one session hold up no other one', async () => {
    const { accessToken: hanging } = await server.clone('small');
    const { accessToken: other } = await server.clone('small');
    const leaving = new AbortController();
    const ended: { one: SilentHost; status: number }[] = [];
    const asked = silent.map(async (one) => {
      const body = JSON.stringify({ url: `https://${one.host}/a/b.git` });
      const { signal } = leaving;
      const status = await ask('/clone', { method: 'POST', body, signal }, hanging);
      ended.push({ one, status });
    });
    await eventually(() => expect(visited()).toBe(SHARE));
    const { status } = await addUrl(host.url('small'), other);
    expect(status).toBe(201);
    // Among equals the other one would have been answered after all but the last eight.
    expect(ended.length).toBeLessThanOrEqual(2 * SHARE);
    expect(visited()).toBeLessThanOrEqual(ended.length + SHARE);
    await eventually(() => expect(ended).not.toHaveLength(0), 15_000);
    expect(ended[0]).toMatchObject({ status: 504 });

    // Who leaves waits no longer: the hosts that were not yet asked are not asked any more.
    leaving.abort();
    await Promise.allSettled(asked);
    const reached = visited();
    expect((await addUrl(host.url('small'), hanging)).status).toBe(201);
    // No more than those whose turn came meanwhile: it has not waited for all the others.
    expect(visited()).toBeLessThanOrEqual(reached + SHARE);

    const remembered = ended[0]?.one;
    const visitors = remembered?.visitors;
    const again = await addUrl(`https://${String(remembered?.host)}/another.git`, other);
    expect(again.status).toBe(504);
    expect(again.body).toMatchObject({
      code: 'provider_timeout',
      detail: expect.stringContaining('does not answer'),
    });
    expect(Number(again.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(Number(again.headers.get('retry-after'))).toBeLessThanOrEqual(60);
    expect(remembered?.visitors).toBe(visitors);
  });

  it('asks a host once in a minute what a repository is, however often it is listed', async () => {
    const { accessToken: token } = await server.clone('small');
    expect((await addUrl(host.url('small'), token)).status).toBe(201);
    const asked = host.requests.length;
    for (let times = 0; times < 3; times += 1) {
      const { body } = await server.get<ReposDto>('/repos', { token });
      expect(body.repositories.map(({ name }) => name).toSorted()).toEqual(['small', 'small']);
    }
    expect(host.requests).toHaveLength(asked);
  });

  it('is shared out: repositories that take all they may hold up no other session', async () => {
    const { accessToken: greedy } = await server.clone('bomb');
    const { accessToken: other } = await server.clone('small');
    const leaving = new AbortController();
    let answered = 0;
    const readings = Array.from({ length: 8 }, async () => {
      await ask('/actions?author=*', { signal: leaving.signal }, greedy);
      answered += 1;
    });
    const { body } = await server.get('/actions?author=*', { token: other });
    expect(body).toMatchObject({ actions: [{ title: 'feat: small' }] });
    expect(answered).toBeLessThanOrEqual(SHARE);
    leaving.abort();
    await Promise.allSettled(readings);
  });
});
