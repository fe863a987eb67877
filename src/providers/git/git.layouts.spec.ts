import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { collect } from '../../../test/support/collect.js';
import { gitFetcher } from '../../../test/support/git-fetcher.js';
import { GitWorld } from '../../../test/support/git-world.js';
import type { Action } from '../action.js';
import type { RepositoryCoverage } from '../coverage.js';
import type { Repository } from '../repository.js';

const { signal } = new AbortController();

interface Answer {
  readonly actions: readonly Action[];
  readonly coverage: readonly RepositoryCoverage[];
}

describe('What GitFetcher makes of the ways in which repositories lie on disk', () => {
  const world = new GitWorld();
  const fetcher = gitFetcher({ GIT_ROOT: world.directory });
  afterAll(() => world.remove());

  const ask = async (path: string): Promise<Answer> => {
    const connection = await fetcher.connect({ provider: 'git', path }, signal);
    const batches = await collect(
      fetcher.getActions(
        connection,
        {
          since: new Date('2026-01-05T00:00:00Z'),
          until: new Date('2026-01-12T00:00:00Z'),
          authors: { everyone: true },
          types: ['commit'],
          includeBots: false,
        },
        signal,
      ),
    );
    return {
      actions: batches.flatMap(({ actions }) => actions),
      coverage: batches.flatMap(({ coverage }) => coverage),
    };
  };
  const repositoryAt = async (path: string): Promise<Repository | undefined> => {
    const connection = await fetcher.connect({ provider: 'git', path }, signal);
    return (await fetcher.getRepositories(connection, signal)).repositories[0];
  };
  const git = (...command: string[]): unknown =>
    execFileSync('git', command, { cwd: world.directory, stdio: 'pipe' });

  beforeAll(() => {
    const folder = world.create('plain');
    writeFileSync(`${folder}/.mailmap`, 'Right Name <right@example.com> <ada@example.com>\n');
    world.git('plain', 'add', '.');
    world.commit('plain', { message: 'Work' });
  });

  const LAYOUTS: Record<string, () => string> = {
    'with its files beside it': () => 'plain',
    'a linked work tree': () => {
      world.git('plain', 'worktree', 'add', '--quiet', '../linked', '-b', 'linked');
      return 'linked';
    },
    bare: () => {
      git('clone', '--quiet', '--bare', 'plain', 'bare.git');
      return 'bare.git';
    },
    'a folder of work trees around a bare one': () => {
      mkdirSync(world.path('hub'));
      git('clone', '--quiet', '--bare', 'plain', 'hub/.bare');
      writeFileSync(world.path('hub', '.git'), 'gitdir: ./.bare\n');
      return 'hub';
    },
    'the same, which says so for each work tree': () => {
      mkdirSync(world.path('trees'));
      git('clone', '--quiet', '--bare', 'plain', 'trees/.bare');
      writeFileSync(world.path('trees', '.git'), 'gitdir: ./.bare\n');
      git('-C', 'trees/.bare', 'config', '--unset', 'core.bare');
      git('-C', 'trees/.bare', 'config', 'extensions.worktreeConfig', 'true');
      writeFileSync(world.path('trees', '.bare', 'config.worktree'), '[core]\n\tbare\n');
      return 'trees';
    },
    'a work tree of such a folder': () => {
      mkdirSync(world.path('pair'));
      git('clone', '--quiet', '--bare', 'plain', 'pair/.bare');
      git('-C', 'pair/.bare', 'worktree', 'add', '--quiet', '../main', 'main');
      return 'pair/main';
    },
    'its data elsewhere': () => {
      git('clone', '--quiet', 'plain', 'separate', '--separate-git-dir', 'separate.data');
      return 'separate';
    },
    'its data behind a link': () => {
      git('clone', '--quiet', 'plain', 'behind');
      renameSync(world.path('behind', '.git'), world.path('behind.data'));
      symlinkSync('../behind.data', world.path('behind', '.git'));
      return 'behind';
    },
    'a submodule': () => {
      world.create('super');
      const allowed = ['-c', 'protocol.file.allow=always'];
      world.git('super', ...allowed, 'submodule', '--quiet', 'add', world.path('plain'), 'sub');
      return 'super/sub';
    },
    'on no branch': () => {
      git('clone', '--quiet', 'plain', 'detached');
      world.git('detached', 'checkout', '--quiet', '--detach');
      world.git('detached', 'branch', '--quiet', '-D', 'main');
      return 'detached';
    },
    'with a commit graph that is cut short': () => {
      git('clone', '--quiet', 'plain', 'graph');
      mkdirSync(world.path('graph', '.git', 'objects', 'info'), { recursive: true });
      writeFileSync(world.path('graph', '.git', 'objects', 'info', 'commit-graph'), 'CGPH\x01\x01');
      return 'graph';
    },
  };

  it.each(Object.entries(LAYOUTS))('reads one %s, with its .mailmap', async (_, make) => {
    const { actions, coverage } = await ask(make());
    expect(actions.map(({ title, author }) => [title, author.name])).toEqual([
      ['Work', 'Right Name'],
    ]);
    expect(coverage).toMatchObject([{ status: 'complete' }]);
  });

  it('goes on with one that was empty when it was read first', async () => {
    world.create('begun');
    await expect(ask('begun')).resolves.toMatchObject({ actions: [] });
    world.commit('begun', { message: 'First' });
    world.commit('begun', { message: 'Second', date: '2026-01-06T10:00:00+0000' });
    const { actions, coverage } = await ask('begun');
    expect(actions.map(({ title }) => title)).toEqual(['Second', 'First']);
    expect(coverage).toMatchObject([{ status: 'complete' }]);
  });

  it('says why it cannot read one, as git has it', async () => {
    git('clone', '--quiet', 'plain', 'newer');
    world.git('newer', 'config', 'core.repositoryFormatVersion', '1');
    world.git('newer', 'config', 'extensions.fromTheFuture', 'true');
    const reason =
      'Its format (fromthefuture) is one that only a newer git than the one here knows.';
    const { coverage } = await ask('newer');
    expect(coverage).toMatchObject([{ status: 'failed', reason }]);
    await expect(repositoryAt('newer')).rejects.toThrow(reason);

    git('clone', '--quiet', 'plain', 'damaged');
    world.commit('damaged', { message: 'Later' });
    world.forget('damaged', world.git('damaged', 'rev-parse', 'HEAD^'));
    await expect(ask('damaged')).resolves.toMatchObject({
      actions: [{ title: 'Later' }],
      coverage: [{ status: 'partial', reason: expect.stringContaining('objects are missing') }],
    });
  });

  it('knows the default branch where something says which one it is', async () => {
    world.create('tagged');
    world.commit('tagged', { message: 'Work' });
    world.git('tagged', 'tag', 'main');
    await expect(repositoryAt('tagged')).resolves.toMatchObject({ defaultBranch: 'main' });

    world.git('tagged', 'update-ref', 'refs/remotes/origin/trunk', 'HEAD');
    const head = 'refs/remotes/origin/HEAD';
    world.git('tagged', 'symbolic-ref', head, 'refs/remotes/origin/trunk');
    world.git('tagged', 'checkout', '--quiet', '-b', 'feature/x');
    await expect(repositoryAt('tagged')).resolves.toMatchObject({ defaultBranch: 'trunk' });
  });

  it('takes main for merged, but not for the default, where HEAD names a branch that is gone', async () => {
    world.create('gone');
    world.commit('gone', { message: 'Work' });
    world.git('gone', 'symbolic-ref', 'HEAD', 'refs/heads/gone');
    expect(await repositoryAt('gone')).not.toHaveProperty('defaultBranch');
    await expect(ask('gone')).resolves.toMatchObject({ actions: [{ merged: true }] });
  });
});
