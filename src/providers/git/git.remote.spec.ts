import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { mkdirSync, readdirSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { collect } from '../../../test/support/collect.js';
import { eventually } from '../../../test/support/eventually.js';
import { gitFetcher } from '../../../test/support/git-fetcher.js';
import { GitServer } from '../../../test/support/git-server.js';
import { GitWorld } from '../../../test/support/git-world.js';
import { stubResolver } from '../../../test/support/stub-resolver.js';
import { WEEK } from '../../../test/support/git-reader.js';
import type { Environment } from '../../config/environment.js';
import { type Action } from '../action.js';
import type { GitFetcher } from './git.fetcher.js';
import { TRANSFER_CHANNEL, type TransferObservation } from '../http/transfer.channel.js';

const { signal } = new AbortController();

describe('GitFetcher on a repository at a URL', () => {
  const world = new GitWorld();
  const authorities = process.env.NODE_EXTRA_CA_CERTS;
  let server: GitServer;
  let caches = 0;
  /** What was announced of transfers, such as `copy ok`. */
  const announced: string[] = [];
  const note = (message: unknown): void => {
    const { kind, outcome } = message as TransferObservation;
    announced.push(`${kind} ${outcome}`);
  };

  const cacheOf = (number: number): string => world.path(`cache-${number}`);
  const clonesIn = (cache: string): string[] =>
    readdirSync(cache).filter((name) => /^[0-9a-f]{64}$/.test(name));
  const newFetcher = (environment: Partial<Environment> = {}): GitFetcher =>
    gitFetcher({
      GIT_HOSTS: [server.host],
      GIT_CACHE_DIR: cacheOf((caches += 1)),
      ...environment,
    });
  const read = async (fetcher: GitFetcher, path: string, until = signal): Promise<Action[]> => {
    const request = { provider: 'git', baseUrl: server.url(path) } as const;
    const connection = await fetcher.connect(request, until);
    const batches = await collect(fetcher.getActions(connection, WEEK, until));
    return batches.flatMap(({ actions }) => actions);
  };
  const connect = (baseUrl: string): Promise<unknown> =>
    newFetcher().connect({ provider: 'git', baseUrl }, signal);

  beforeAll(async () => {
    subscribe(TRANSFER_CHANNEL, note);
    mkdirSync(world.path('keys'));
    server = await GitServer.start(world.directory, world.path('keys'));
    process.env.NODE_EXTRA_CA_CERTS = server.authorityFile;
    world.create('project.git');
    writeFileSync(
      world.path('project.git', '.mailmap'),
      'Ada Lovelace <ada@example.com> <ada@old.example>\n',
    );
    writeFileSync(world.path('project.git', 'file'), randomBytes(3_000_000));
    world.git('project.git', 'add', '.');
    world.commit('project.git', { message: 'Add the thing', author: 'A <ada@old.example>' });
  });
  afterAll(async () => {
    unsubscribe(TRANSFER_CHANNEL, note);
    process.env.NODE_EXTRA_CA_CERTS = authorities;
    await server.stop();
    world.remove();
  });
  beforeEach(() => {
    server.intercept = undefined;
    server.requests.length = 0;
    announced.length = 0;
  });

  it('clones history without files, .mailmap apart, and once for all who ask at the same time', async () => {
    const fetcher = newFetcher();
    const answers = await Promise.all([
      read(fetcher, 'project.git'),
      read(fetcher, 'project.git'),
      read(fetcher, 'project.git'),
    ]);
    expect(announced).toEqual(['look ok', 'copy ok']);
    for (const actions of answers) {
      expect(actions).toMatchObject([
        {
          id: expect.stringMatching(/^git:localhost:\d+\/project#commit:/),
          title: 'Add the thing',
          author: { name: 'Ada Lovelace', email: 'ada@example.com' },
          url: expect.stringContaining(`https://${server.host}/project/commit/`),
        },
      ]);
    }
    const cache = cacheOf(caches);
    expect(clonesIn(cache)).toHaveLength(1);
    expect(readdirSync(cache).some((name) => name.startsWith('unfinished'))).toBe(false);
    expect(statSync(join(cache, clonesIn(cache)[0] ?? '')).mode & 0o777).toBe(0o700);
    const packs = join(cache, clonesIn(cache)[0] ?? '', 'objects', 'pack');
    const bytes = readdirSync(packs).map((name) => statSync(join(packs, name)).size);
    expect(bytes.reduce((sum, size) => sum + size, 0)).toBeLessThan(100_000);

    server.requests.length = 0;
    const again = gitFetcher({ GIT_HOSTS: [server.host], GIT_CACHE_DIR: cache });
    world.commit('project.git', { message: 'Later', date: '2026-01-06T00:00:00+0000' });
    const titles = (await read(again, 'project.git')).map(({ title }) => title);
    expect(titles).toEqual(['Later', 'Add the thing']);
    const requests = server.requests.length;
    const known = await read(again, 'project.git');
    expect(known).toHaveLength(2);
    expect(server.requests.length - requests).toBe(2); // connect asks, the clone is fresh
  });

  it('tells a repository by one question, without cloning it', async () => {
    const fetcher = newFetcher();
    const baseUrl = server.url('project.git/');
    const connection = await fetcher.connect({ provider: 'git', baseUrl }, signal);
    expect(connection).toEqual({
      id: expect.stringMatching(/^git-[0-9a-f]{16}$/),
      provider: 'git',
      baseUrl: server.url('project.git'),
      label: `${server.host}/project`,
    });
    const { repositories } = await fetcher.getRepositories(connection, signal);
    expect(repositories).toMatchObject([
      { id: `git:${server.host}/project`, fullName: 'project', defaultBranch: 'main' },
    ]);
  });

  it('makes a broken clone again', async () => {
    const cache = cacheOf(caches + 1);
    await read(newFetcher(), 'project.git');
    const packs = join(cache, clonesIn(cache)[0] ?? '', 'objects', 'pack');
    for (const name of readdirSync(packs)) truncateSync(join(packs, name), 20);
    const later = gitFetcher({ GIT_HOSTS: [server.host], GIT_CACHE_DIR: cache });
    await expect(read(later, 'project.git')).resolves.not.toHaveLength(0);
  });

  it('says not found of what is not there, not git, or not open', async () => {
    const notFound = { code: 'repository_not_found' };
    await expect(connect(server.url('none.git'))).rejects.toMatchObject(notFound);
    expect(announced).toEqual(['look failed']);
    for (const status of [200, 401, 403, 500]) {
      server.intercept = () => (_, response) => response.writeHead(status).end('<html>');
      await expect(connect(server.url('project.git'))).rejects.toMatchObject(notFound);
    }
  });

  it('gives up on endless data before it fills the memory', async () => {
    const line = `003e${'a'.repeat(40)} refs/heads/${'b'.repeat(10)}\n`;
    server.intercept = () => (_, response) => {
      response.setHeader('content-type', 'application/x-git-upload-pack-advertisement');
      response.write('001e# service=git-upload-pack\n0000');
      const chunk = line.repeat(20_000);
      const more = (): void => {
        while (!response.destroyed && response.write(chunk));
      };
      response.on('drain', more);
      more();
    };
    await expect(connect(server.url('project.git'))).rejects.toMatchObject({
      code: expect.stringMatching(/^(repository_too_large|provider_timeout)$/),
    });
    expect(announced).toEqual([expect.stringMatching(/^look (memory|timeout)$/)]);
  }, 25_000);

  it('cancels a clone when the last who asked leaves, not before', async () => {
    const fetcher = newFetcher();
    const baseUrl = server.url('project.git');
    const connection = await fetcher.connect({ provider: 'git', baseUrl }, signal);
    server.requests.length = 0;
    let open = 0;
    server.intercept = () => (_, response) => {
      open += 1;
      response.on('close', () => (open -= 1));
    };
    const askers = [new AbortController(), new AbortController()];
    const answers = askers.map((asker) =>
      collect(fetcher.getActions(connection, WEEK, asker.signal)).catch((error: unknown) => error),
    );
    await eventually(() => expect(server.requests).toHaveLength(1));
    askers[0]?.abort(new Error('first left'));
    await expect(answers[0]).resolves.toMatchObject({ message: 'first left' });
    expect(open).toBe(1);
    askers[1]?.abort(new Error('second left'));
    await expect(answers[1]).resolves.toMatchObject({ message: 'second left' });
    await eventually(() => expect(open).toBe(0));
    await eventually(() => expect(announced).toEqual(['look ok', 'copy aborted']));
    await eventually(() =>
      expect(readdirSync(cacheOf(caches)).filter((name) => name !== 'authorities.pem')).toEqual([]),
    );
  });

  it('refuses a history larger than half of the cache, and leaves nothing of it', async () => {
    world.create('large.git');
    world.commit('large.git', { message: randomBytes(1_200_000).toString('base64') });
    const fetcher = newFetcher({ GIT_CACHE_BYTES: 1024 * 1024 });
    await expect(read(fetcher, 'large.git')).rejects.toMatchObject({
      code: 'repository_too_large',
    });
    expect(announced).toEqual(['look ok', 'copy refused']);
    expect(clonesIn(cacheOf(caches))).toEqual([]);
  });

  it('removes the clone unused for longest when all would take too much', async () => {
    const fetcher = newFetcher({ GIT_CACHE_BYTES: 2 * 1024 * 1024 });
    for (const name of ['one.git', 'two.git', 'three.git']) {
      world.create(name);
      const message = randomBytes(800_000).toString('base64');
      world.commit(name, { message });
      await read(fetcher, name);
    }
    expect(clonesIn(cacheOf(caches))).toHaveLength(2);
    await expect(read(fetcher, 'one.git')).resolves.toHaveLength(1);
    expect(clonesIn(cacheOf(caches))).toHaveLength(2);
  });

  it('refuses hosts nobody named, and names that lead into the private network', async () => {
    const anywhere = (addresses: string[]): GitFetcher =>
      gitFetcher(
        { GIT_HOSTS: ['*'], GIT_CACHE_DIR: cacheOf(0) },
        stubResolver(() => Promise.resolve(addresses)),
      );
    const refused = { code: 'clone_refused' };
    const rebound = `https://rebind.example:${server.host.split(':')[1]}/project.git`;
    for (const address of ['127.0.0.1', '10.0.0.1', '169.254.169.254', '::1', '::ffff:127.0.0.1']) {
      const request = { provider: 'git', baseUrl: rebound } as const;
      const reading = anywhere(['93.184.216.34', address]).connect(request, signal);
      await expect(reading).rejects.toMatchObject(refused);
    }
    await expect(connect('https://github.com/octocat/hello')).rejects.toMatchObject(refused);
    const off = gitFetcher({ GIT_HOSTS: [] });
    await expect(off.connect({ provider: 'git', baseUrl: rebound }, signal)).rejects.toMatchObject({
      code: 'clone_disabled',
    });
    expect(server.requests).toEqual([]);
  });

  it('lets nobody wait for the name server of a host that another one asked for', async () => {
    const waiting: string[] = [];
    const resolve = (hostname: string): Promise<string[]> =>
      hostname === 'localhost'
        ? Promise.resolve(['127.0.0.1'])
        : new Promise(() => waiting.push(hostname));
    const clients = ['hanging', 'also hanging', 'hanging, too'];
    const hosts = ['one.example', 'two.example', 'three.example'];
    const fetcher = gitFetcher(
      { GIT_HOSTS: [server.host, ...hosts], GIT_CACHE_DIR: cacheOf(0) },
      stubResolver(resolve),
    );
    const ask = (baseUrl: string, client: string, until = signal): Promise<unknown> =>
      fetcher.connect({ provider: 'git', baseUrl, client }, until);
    const leaving = new AbortController();
    const asked = Promise.allSettled(
      clients.flatMap((client) =>
        hosts.map((host) => ask(`https://${host}/a`, client, leaving.signal)),
      ),
    );
    await expect(ask(server.url('project.git'), 'other')).resolves.toHaveProperty('label');
    const shares = clients.flatMap(() => ['one.example', 'two.example']);
    expect(waiting.toSorted()).toEqual(shares.toSorted());
    leaving.abort();
    expect(new Set((await asked).map(({ status }) => status))).toEqual(new Set(['rejected']));
  });

  it('goes where the name led when it was looked at, not where it leads now', async () => {
    const host = `pinned.example:${server.host.split(':')[1]}`;
    const fetcher = gitFetcher(
      { GIT_HOSTS: [host], GIT_CACHE_DIR: cacheOf(0) },
      stubResolver(() => Promise.resolve(['127.0.0.1'])),
    );
    const baseUrl = `https://${host}/project.git`;
    const connection = await fetcher.connect({ provider: 'git', baseUrl }, signal);
    expect(connection.baseUrl).toBe(baseUrl);
  });
});
