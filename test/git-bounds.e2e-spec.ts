import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SessionGrantDto } from '../src/auth/auth.dto.js';
import type { ActionsDto } from '../src/recap/actions.dto.js';
import { makeGitBomb, memoryOfGits } from './support/git-bomb.js';
import { GitServer } from './support/git-server.js';
import { RepositoryFolder } from './support/repository.js';
import { TestServer } from './support/server.js';

const MEBIBYTE = 1024 * 1024;
const { PATH } = process.env;

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

  afterEach(() => {
    process.env.PATH = PATH;
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
    expect(peak).toBeGreaterThan(MEBIBYTE);
    expect(peak).toBeLessThan(300 * MEBIBYTE);
  });

  /** A git from before GIT_NO_LAZY_FETCH, whose fetch of what is missing is fetched for again. */
  const withoutNoLazyFetch = (): string => {
    const directory = join(folder.path, 'older-git');
    mkdirSync(directory);
    const script = `#!/bin/sh\nunset GIT_NO_LAZY_FETCH\nPATH=${String(PATH)} exec git "$@"\n`;
    writeFileSync(join(directory, 'git'), script, { mode: 0o755 });
    return `${directory}:${String(PATH)}`;
  };
  it.each([
    ['this git', (): string => String(PATH)],
    ['a git that fetches again what a fetch lacks', withoutNoLazyFetch],
  ])('is read by %s from a host where its own history is cut off', async (git, path) => {
    const name = `shallow-${String(git.length)}`;
    folder.add(`${name}-source`, [{ subject: 'feat: old' }, { subject: 'feat: new' }]);
    const source = `file://${join(folder.path, `${name}-source`)}`;
    const shallow = join(folder.path, name);
    execFileSync('git', ['clone', '--quiet', '--bare', '--depth=1', source, shallow]);
    process.env.PATH = path();
    const { status, body } = await server.post<SessionGrantDto>('/clone', { url: host.url(name) });
    expect(status).toBe(201);
    const { actions, coverage } = await actionsOf(body);
    expect(actions.map(({ title }) => title)).toEqual(['feat: new']);
    expect(coverage.repositories).toMatchObject([
      { status: 'partial', reason: expect.stringContaining('shallow clone') },
    ]);
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
