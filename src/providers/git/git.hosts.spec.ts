import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdirSync } from 'node:fs';
import { collect } from '../../../test/support/collect.js';
import { GitRemote } from '../../../test/support/git-remote.js';
import { GitServer } from '../../../test/support/git-server.js';
import { WEEK } from '../../../test/support/git-reader.js';
import type { Connection } from '../connection.js';

const { signal } = new AbortController();
const NOT_FOUND = { code: 'repository_not_found' };

describe('The address of a repository', () => {
  let remote: GitRemote;

  beforeAll(async () => {
    remote = await GitRemote.start();
    remote.world.create('project.git');
    remote.world.commit('project.git', { message: 'Add the thing' });
  });
  afterAll(() => remote.stop());
  beforeEach(() => {
    remote.server.intercept = undefined;
    remote.server.requests.length = 0;
  });

  const connect = (baseUrl: string, fetcher = remote.fetcher()): Promise<Connection> =>
    fetcher.connect({ provider: 'git', baseUrl }, signal);
  const titlesAt = async (name: string): Promise<string[]> => {
    const batches = await remote.read(remote.fetcher(), name, WEEK);
    return batches.flatMap(({ actions }) => actions.map(({ title }) => title));
  };

  it('opens without .git, which hosts redirect or do not know', async () => {
    const { server } = remote;
    const found = { baseUrl: server.url('project.git'), label: `${server.host}/project` };
    remote.redirect('project', '/project.git');
    await expect(connect(server.url('project'))).resolves.toMatchObject(found);
    await expect(titlesAt('project/')).resolves.toEqual(['Add the thing']);
    server.intercept = (request) =>
      request.url?.startsWith('/project/')
        ? (_, response) => response.writeHead(404).end()
        : undefined;
    await expect(connect(server.url('project'))).resolves.toMatchObject(found);
  });

  it('opens without its scheme', async () => {
    const { host } = remote.server;
    const baseUrl = remote.server.url('project.git');
    await expect(connect(`${host}/project.git`)).resolves.toMatchObject({ baseUrl });
  });

  it.each([
    ['127.0.0.1', '127.0.0.1'],
    ['::1', '[::1]'],
  ])('opens where %s stands in the place of a name', async (address, literal) => {
    const { world } = remote;
    const authorities = process.env.NODE_EXTRA_CA_CERTS;
    mkdirSync(world.path(`keys-${literal}`));
    const server = await GitServer.start(world.directory, world.path(`keys-${literal}`), address);
    process.env.NODE_EXTRA_CA_CERTS = server.authorityFile;
    const host = server.host.replace('localhost', literal);
    for (const isOlder of [false, true]) {
      // An older host is asked by git itself.
      server.isOlder = isOlder;
      const baseUrl = `https://${host}/project.git`;
      const fetcher = remote.fetcher({ GIT_HOSTS: [host] });
      await expect(connect(baseUrl, fetcher)).resolves.toMatchObject({ baseUrl });
    }
    process.env.NODE_EXTRA_CA_CERTS = authorities;
    await server.stop();
  });

  it('is followed where it has moved, also after it was opened', async () => {
    const { server, world } = remote;
    remote.redirect('moved.git', server.url('project.git'));
    await expect(connect(server.url('moved.git'))).resolves.toMatchObject({
      baseUrl: server.url('project.git'),
    });
    world.create('old.git');
    world.commit('old.git', { message: 'Work' });
    const fetcher = remote.fetcher();
    const connection = await connect(server.url('old.git'), fetcher);
    world.git('.', 'clone', '--quiet', '--bare', world.path('old.git'), world.path('new.git'));
    remote.redirect('old.git', server.url('new.git'));
    const batches = await collect(fetcher.getActions(connection, WEEK, signal));
    expect(batches.flatMap(({ actions }) => actions)).toMatchObject([{ title: 'Work' }]);
  });

  it('is followed once, to a repository, and no further than the gate', async () => {
    const { server } = remote;
    remote.redirect('first.git', '/second.git');
    remote.redirect('second.git', '/project.git');
    await expect(connect(server.url('first.git'))).rejects.toMatchObject(NOT_FOUND);
    expect(server.requests).toHaveLength(2);
    for (const elsewhere of ['https://internal.example/project.git', 'http://localhost/a.git']) {
      remote.redirect('away.git', elsewhere);
      await expect(connect(server.url('away.git'))).rejects.toMatchObject({
        code: 'clone_refused',
      });
    }
    server.intercept = () => (_, response) =>
      response.writeHead(302, { location: '/users/sign_in' }).end();
    await expect(connect(server.url('project.git'))).rejects.toMatchObject(NOT_FOUND);
  });

  it('opens where HEAD names no branch, and where there are only tags', async () => {
    const { world, server } = remote;
    for (const name of ['dangling.git', 'tags.git']) {
      world.create(name);
      world.commit(name, { message: `Work in ${name}` });
      world.git(name, 'symbolic-ref', 'HEAD', 'refs/heads/gone');
    }
    world.git('tags.git', 'tag', 'v1.0', 'main');
    world.git('tags.git', 'update-ref', '-d', 'refs/heads/main');
    const fetcher = remote.fetcher();
    const connection = await connect(server.url('dangling.git'), fetcher);
    const { repositories } = await fetcher.getRepositories(connection, signal);
    expect(repositories[0]).not.toHaveProperty('defaultBranch');
    await expect(titlesAt('dangling.git')).resolves.toEqual(['Work in dangling.git']);
    await expect(titlesAt('tags.git')).resolves.toEqual(['Work in tags.git', 'v1.0']);
    world.create('empty.git');
    await expect(connect(server.url('empty.git'))).rejects.toMatchObject(NOT_FOUND);
  });
});
