import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { collect } from '../../../test/support/collect.js';
import { gitFetcher } from '../../../test/support/git-fetcher.js';
import { GitWorld } from '../../../test/support/git-world.js';
import { ACTION_TYPES, type Action, type ActionQuery } from '../action.js';
import type { ActionBatch } from '../base.fetcher.js';
import type { Connection } from '../connection.js';

const { signal } = new AbortController();
const week: ActionQuery = {
  since: new Date('2026-01-05T00:00:00Z'),
  until: new Date('2026-01-12T00:00:00Z'),
  authors: { everyone: true },
  types: ACTION_TYPES,
  includeBots: false,
};

describe('GitFetcher on a local repository', () => {
  const world = new GitWorld();
  const fetcher = gitFetcher({ GIT_ROOT: world.directory });

  const connect = (path: string): Promise<Connection> =>
    fetcher.connect({ provider: 'git', path }, signal);
  const ask = async (path: string, query: Partial<ActionQuery> = {}): Promise<ActionBatch[]> =>
    collect(fetcher.getActions(await connect(path), { ...week, ...query }, signal));
  const actionsOf = async (path: string, query: Partial<ActionQuery> = {}): Promise<Action[]> =>
    (await ask(path, query)).flatMap(({ actions }) => actions);

  beforeAll(() => {
    world.create('project');
  });
  afterAll(() => world.remove());

  it('tells a commit with everything a reader needs', async () => {
    const sha = world.commit('project', { message: 'Add the thing\n\nBecause.\n' });
    await expect(actionsOf('project')).resolves.toEqual([
      {
        id: `git:local/project#commit:${sha}`,
        provider: 'git',
        repository: { id: 'git:local/project', fullName: 'project', url: 'git-root:/project' },
        type: 'commit',
        title: 'Add the thing',
        body: 'Because.',
        author: { name: 'Ada Lovelace', email: 'ada@example.com', bot: false },
        coAuthors: [],
        timestamp: '2026-01-05T10:00:00.000Z',
        url: `swh:1:rev:${sha}`,
        sha,
        labels: [],
      },
    ]);
  });
});
