import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdirSync } from 'node:fs';
import { collect } from '../../../test/support/collect.js';
import { gitFetcher } from '../../../test/support/git-fetcher.js';
import { GitServer } from '../../../test/support/git-server.js';
import { GitWorld } from '../../../test/support/git-world.js';
import { ACTION_TYPES, type Action, type ActionQuery } from '../action.js';

const { signal } = new AbortController();
const week: ActionQuery = {
  since: new Date('2026-01-05T00:00:00Z'),
  until: new Date('2026-01-12T00:00:00Z'),
  authors: { everyone: true },
  types: ACTION_TYPES,
  includeBots: false,
};

describe('GitFetcher on a repository at a URL', () => {
  const world = new GitWorld();
  const authorities = process.env.NODE_EXTRA_CA_CERTS;
  let server: GitServer;

  const newFetcher = (name: string) =>
    gitFetcher({ GIT_HOSTS: [server.host], GIT_CACHE_DIR: world.path(name) });

  beforeAll(async () => {
    mkdirSync(world.path('keys'));
    server = await GitServer.start(world.directory, world.path('keys'));
    process.env.NODE_EXTRA_CA_CERTS = server.authorityFile;
    world.create('project.git');
    world.commit('project.git', { message: 'Add the thing' });
  });
  afterAll(async () => {
    process.env.NODE_EXTRA_CA_CERTS = authorities;
    await server.stop();
    world.remove();
  });
  beforeEach(() => {
    server.intercept = undefined;
    server.requests.length = 0;
  });

  it('clones it once and reads it', async () => {
    const fetcher = newFetcher('cache');
    const connection = await fetcher.connect(
      { provider: 'git', baseUrl: server.url('project.git') },
      signal,
    );
    console.log(connection, await fetcher.getRepositories(connection, signal));
    const batches = await collect(fetcher.getActions(connection, week, signal));
    console.log(JSON.stringify(batches, null, 1), server.requests);
    const actions: Action[] = batches.flatMap((batch) => [...batch.actions]);
    expect(actions).toHaveLength(1);
  });
});
