import { afterAll, describe, expect, it } from '@jest/globals';
import { rmSync, writeFileSync } from 'node:fs';
import { collect } from '../../../test/support/collect.js';
import { gitFetcher } from '../../../test/support/git-fetcher.js';
import { GitWorld } from '../../../test/support/git-world.js';
import type { Action, ActionQuery } from '../action.js';

const { signal } = new AbortController();
const EVERYTHING: ActionQuery = {
  since: new Date(0),
  until: new Date('2100-01-01'),
  authors: { everyone: true },
  types: ['commit'],
  includeBots: false,
};

describe('the lines that commits changed', () => {
  const world = new GitWorld();
  const fetcher = gitFetcher({ GIT_ROOT: world.directory });
  afterAll(() => world.remove());

  const actionsOf = async (path: string, covered: object): Promise<Action[]> => {
    const connection = await fetcher.connect({ provider: 'git', path }, signal);
    const all = await collect(fetcher.getActions(connection, EVERYTHING, signal));
    expect(all.at(-1)?.coverage).toMatchObject([covered]);
    return all.flatMap(({ actions }) => actions);
  };

  it('are counted for commits, the first one too, but for no merge', async () => {
    const directory = world.create('lines');
    const write = (name: string, text: string): void => {
      writeFileSync(`${directory}/${name}`, text);
      world.git('lines', 'add', '.');
    };
    write('a.txt', 'one\ntwo\n');
    world.commit('lines', { message: 'root' });
    world.git('lines', 'checkout', '--quiet', '-b', 'topic');
    write('a.txt', 'one\n');
    write('b.bin', '\0\n\n');
    world.commit('lines', { message: 'topic' });
    world.git('lines', 'checkout', '--quiet', 'main');
    world.commit('lines', { message: 'nothing' });
    world.git('lines', 'merge', '--quiet', '--no-ff', '-m', 'merge', 'topic');
    const actions = await actionsOf('lines', { status: 'complete' });
    const counts = actions.map(({ title, additions, deletions }) => [title, additions, deletions]);
    expect(counts.toSorted()).toEqual([
      ['merge', undefined, undefined],
      ['nothing', undefined, undefined],
      ['root', 2, 0],
      ['topic', 0, 1],
    ]);
  });

  it('are those that git show counts, where files move as well', async () => {
    const directory = world.create('moves');
    const text = Array.from({ length: 40 }, (_, line) => `line ${line}\n`).join('');
    writeFileSync(`${directory}/old.txt`, text);
    world.git('moves', 'add', '.');
    world.commit('moves', { message: 'root' });
    world.git('moves', 'mv', 'old.txt', 'new.txt');
    world.commit('moves', { message: 'moved' });
    world.git('moves', 'mv', 'new.txt', 'newer.txt');
    writeFileSync(`${directory}/newer.txt`, text.replace('line 7\n', 'changed\n'));
    world.git('moves', 'add', '.');
    world.commit('moves', { message: 'moved and changed' });
    const actions = await actionsOf('moves', { status: 'complete' });
    expect(actions.map(({ title, additions, deletions }) => [title, additions, deletions])).toEqual(
      [
        ['moved and changed', 1, 1],
        ['moved', 0, 0],
        ['root', 40, 0],
      ],
    );
  });

  it('are not those of a whole tree where a shallow clone begins, and coverage says that it is one', async () => {
    const directory = world.create('deep');
    writeFileSync(`${directory}/a.txt`, 'one\ntwo\nthree\n');
    world.git('deep', 'add', '.');
    world.commit('deep', { message: 'old' });
    world.commit('deep', { message: 'new' });
    world.git('deep', 'clone', '--quiet', '--depth=1', `file://${directory}`, '../shallow');
    const connection = await fetcher.connect({ provider: 'git', path: 'shallow' }, signal);
    const all = await collect(fetcher.getActions(connection, EVERYTHING, signal));
    expect(all.flatMap(({ actions }) => actions)).toMatchObject([{ title: 'new' }]);
    expect(all.flatMap(({ actions }) => actions)[0]).not.toHaveProperty('additions');
    expect(all.at(-1)?.coverage).toMatchObject([
      { status: 'partial', reason: expect.stringContaining('shallow') },
    ]);
  });

  it('are left out where files are missing, and coverage says so', async () => {
    const directory = world.create('partial');
    writeFileSync(`${directory}/a.txt`, 'one\n');
    world.git('partial', 'add', '.');
    world.commit('partial', { message: 'has lost its file' });
    const blob = world.git('partial', 'rev-parse', 'HEAD:a.txt');
    rmSync(`${directory}/.git/objects/${blob.slice(0, 2)}/${blob.slice(2)}`);
    rmSync(`${directory}/a.txt`);
    const actions = await actionsOf('partial', {
      status: 'partial',
      reason: expect.stringContaining('not all of their files are here'),
    });
    expect(actions.map(({ title, additions }) => [title, additions])).toEqual([
      ['has lost its file', undefined],
    ]);
  });
});
