import { afterAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { spawnSync } from 'node:child_process';
import { collect } from '../../../test/support/collect.js';
import { gitFetcher } from '../../../test/support/git-fetcher.js';
import { GitWorld } from '../../../test/support/git-world.js';
import {
  type RandomStep,
  randomHistory,
  RANDOM_STEPS,
} from '../../../test/support/random-history.js';
import type { Action, ActionQuery } from '../action.js';

/** More of them: `HISTORY_RUNS=500`; the same again: `HISTORY_SEED=…`, as a failure tells it. */
const RUNS = Number(process.env.HISTORY_RUNS ?? 6);
const SEED = process.env.HISTORY_SEED === undefined ? 20_260_105 : Number(process.env.HISTORY_SEED);
const START = Date.UTC(2026, 0, 5) / 1000;
const DAY = 86_400;

describe('any history', () => {
  const world = new GitWorld();
  const fetcher = gitFetcher({ GIT_ROOT: world.directory });
  let made = 0;
  afterAll(() => world.remove());

  const isAncestor = (name: string, sha: string, of: string): boolean =>
    spawnSync('git', ['-C', world.path(name), 'merge-base', '--is-ancestor', sha, of]).status === 0;

  const sizeOf = (name: string, sha: string): [number, number] | undefined => {
    const lines = world.git(name, 'show', '--format=', '--numstat', '-M', sha).split('\n');
    if (lines.join('') === '') return undefined;
    const numbers = lines.map((line) => line.split('\t').slice(0, 2).map(Number));
    return [sum(numbers.map(([added = 0]) => added)), sum(numbers.map(([, taken = 0]) => taken))];
  };

  const check = async (steps: RandomStep[], from: number, length: number): Promise<void> => {
    made += 1;
    const name = `history-${made}`;
    world.create(name);
    await randomHistory(world, name, steps, START);
    const [since, until] = [START + from, START + from + length];
    const query: ActionQuery = {
      since: new Date(since * 1000),
      until: new Date(until * 1000),
      authors: { everyone: true },
      types: ['commit'],
      includeBots: true,
    };
    const { signal } = new AbortController();
    const connection = await fetcher.connect({ provider: 'git', path: name }, signal);
    const batches = await collect(fetcher.getActions(connection, query, signal));
    const actions = batches.flatMap((batch) => batch.actions);
    expect(batches.at(-1)?.coverage).toMatchObject([{ status: 'complete' }]);

    const expected = world
      .git(
        name,
        'rev-list',
        '--branches',
        '--remotes',
        '--tags',
        'HEAD',
        '--parents',
        '--timestamp',
      )
      .split('\n')
      .map((line) => line.split(' '))
      .filter(([date]) => Number(date) >= since && Number(date) < until);
    const shas = expected.map(([, sha = '']) => sha);
    expect(
      changesOf(
        name,
        actions.map(({ sha = '' }) => sha),
      ),
    ).toEqual(changesOf(name, shas));
    const refs = world.git(name, 'for-each-ref', '--format=%(refname)').split('\n');
    const landing = refs.filter((ref) =>
      /^refs\/(?:heads\/(?:main|release\/.*)|tags\/v.*)$/.test(ref),
    );
    for (const action of actions) checkOne(name, action, landing, expected);
  };

  /** What was picked or rebased is one change: author, time of writing and title stay. */
  const changesOf = (name: string, shas: readonly string[]): string[] => {
    if (shas.length === 0) return [];
    const told = world.git(name, 'show', '--no-patch', '--format=%at %ae %s', ...shas);
    return [...new Set(told.split('\n'))].sort();
  };

  const checkOne = (
    name: string,
    { sha = '', merged, branch, merge, additions, deletions }: Action,
    landing: readonly string[],
    expected: readonly string[][],
  ): void => {
    const landed = landing.some((ref) => isAncestor(name, sha, ref));
    expect([sha, merged]).toEqual([sha, landed]);
    if (branch !== undefined) expect(isAncestor(name, sha, `refs/heads/${branch}`)).toBe(true);
    expect(branch === undefined || !landed).toBe(true);
    const parents = (expected.find(([, one]) => one === sha)?.length ?? 0) - 2;
    expect(merge ?? false).toBe(parents > 1);
    if (parents > 1) return;
    const size = additions === undefined ? undefined : [additions, deletions];
    expect([sha, size]).toEqual([sha, sizeOf(name, sha)]);
  };

  it('is told as git itself tells it: which commits, which are merged, how many lines', async () => {
    const window = fc.tuple(
      fc.integer({ min: -2 * DAY, max: 12 * DAY }),
      fc.integer({ min: 0, max: 10 * DAY }),
    );
    const steps = fc.array(RANDOM_STEPS, { minLength: 4, maxLength: 24 });
    await fc.assert(
      fc.asyncProperty(steps, window, (history, [from, length]) => check(history, from, length)),
      { numRuns: RUNS, seed: SEED, endOnFailure: RUNS < 20 },
    );
  }, 300_000);
});

const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0);
