import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { SessionGrantDto } from '../src/auth/auth.dto.js';
import type { ActionsDto } from '../src/recap/actions.dto.js';
import { makeGitBomb, memoryOfGits } from './support/git-bomb.js';
import { GitServer } from './support/git-server.js';
import { RepositoryFolder } from './support/repository.js';
import { TestServer } from './support/server.js';

const MEBIBYTE = 1024 * 1024;

describe('a repository that would take more than there is', () => {
  const folder = new RepositoryFolder().add('small', [{ subject: 'feat: small' }]);
  const authorities = process.env.NODE_EXTRA_CA_CERTS;
  let host: GitServer;
  let server: TestServer;

  beforeAll(async () => {
    makeGitBomb(join(folder.path, 'bomb'));
    mkdirSync(join(folder.path, 'keys'));
    host = await GitServer.start(folder.path, join(folder.path, 'keys'));
    process.env.NODE_EXTRA_CA_CERTS = host.authorityFile;
    server = await TestServer.start({
      GIT_ROOT: folder.path,
      GIT_HOSTS: host.host,
      GIT_CACHE_DIR: join(folder.path, 'cache'),
    });
  });
  afterAll(async () => {
    process.env.NODE_EXTRA_CA_CERTS = authorities;
    await server.stop();
    await host.stop();
    folder.remove();
  });

  const actionsOf = async ({ accessToken: token }: SessionGrantDto): Promise<ActionsDto> => {
    const { status, body } = await server.get<ActionsDto>('/actions?author=*', { token });
    expect(status).toBe(200);
    return body;
  };
  /** The most that all git processes held together while something went on. */
  const peakDuring = async <T>(task: Promise<T>): Promise<[T, number]> => {
    let peak = 0;
    const sampling = setInterval(() => (peak = Math.max(peak, memoryOfGits())), 20);
    try {
      return [await task, peak];
    } finally {
      clearInterval(sampling);
    }
  };

  it('costs 300 MiB at most, and its answer says that sizes are missing', async () => {
    const [{ actions, coverage }, peak] = await peakDuring(actionsOf(await server.clone('bomb')));
    expect(actions.map(({ title }) => title)).toEqual(['Add a few files']);
    expect(actions[0]).not.toHaveProperty('additions');
    expect(coverage.repositories).toMatchObject([
      { status: 'partial', reason: expect.stringContaining('sizes of some commits are missing') },
    ]);
    expect(peak).toBeGreaterThan(50 * MEBIBYTE);
    expect(peak).toBeLessThan(300 * MEBIBYTE);
  });

  it('is read from a host where its own history is cut off, and said to be shallow', async () => {
    const deep = join(folder.path, 'deep');
    folder.add('deep', [{ subject: 'feat: old' }, { subject: 'feat: new' }]);
    const shallow = join(folder.path, 'shallow.git');
    execFileSync('git', ['clone', '--quiet', '--bare', '--depth=1', `file://${deep}`, shallow]);
    const { status, body } = await server.post<SessionGrantDto>('/clone', {
      url: host.url('shallow.git'),
    });
    expect(status).toBe(201);
    host.requests.length = 0;
    const { actions, coverage } = await actionsOf(body);
    expect(actions.map(({ title }) => title)).toEqual(['feat: new']);
    expect(coverage.repositories).toMatchObject([
      { status: 'partial', reason: expect.stringContaining('shallow clone') },
    ]);
    // Each process of a chain asked the host anew, a hundred times before it ended.
    expect(host.requests.length).toBeLessThan(60);
  });

  it('costs no more by its address', async () => {
    const url = host.url('bomb');
    const { body } = await server.post<SessionGrantDto>('/clone', { url });
    const [{ actions }, peak] = await peakDuring(actionsOf(body));
    expect(actions.map(({ title }) => title)).toEqual(['Add a few files']);
    expect(peak).toBeGreaterThan(MEBIBYTE);
    expect(peak).toBeLessThan(300 * MEBIBYTE);
  });
});
