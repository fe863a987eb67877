import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { spawnSync } from 'node:child_process';
import { collect } from '../../../test/support/collect.js';
import { GitRemote } from '../../../test/support/git-remote.js';
import {
  type RandomStep,
  randomHistory,
  RANDOM_STEPS,
} from '../../../test/support/random-history.js';
import { showsDayOf, type ZonedWindow, zonedWindows } from '../../../test/support/zoned-window.js';
import type { Action, ActionQuery } from '../action.js';
import type { GitFetcher } from './git.fetcher.js';

/** More of them: `HISTORY_RUNS=500`; the same again: `HISTORY_SEED=…`, as a failure tells it. */
const RUNS = Number(process.env.HISTORY_RUNS ?? 6);
const SEED = process.env.HISTORY_SEED === undefined ? 20_260_105 : Number(process.env.HISTORY_SEED);
/** Days around which clocks change, at midnight in some zones, and one around which none does. */
const STARTS = ['2025-04-24', '2025-10-25', '2025-11-01', '2026-01-05', '2026-03-28'];
const DAYS = 12;
/** So small that a copy of any history here takes several rounds. */
const SMALL_ROUNDS = { firstCommits: 1, round: 2 };

interface RandomWindow {
  readonly start: number;
  readonly window: ZonedWindow;
}

const WINDOWS: fc.Arbitrary<RandomWindow> = fc.constantFrom(...STARTS).chain((day) => {
  const start = Date.parse(day);
  return zonedWindows(start, DAYS).map((window) => ({ start: start / 1000, window }));
});

describe('any history', () => {
  let remote: GitRemote;
  let made = 0;
  beforeAll(async () => {
    remote = await GitRemote.start();
  });
  afterAll(() => remote.stop());

  const git = (name: string, ...command: string[]): string => remote.world.git(name, ...command);
  const isAncestor = (name: string, sha: string, of: string): boolean => {
    const command = ['-C', remote.world.path(name), 'merge-base', '--is-ancestor', sha, of];
    return spawnSync('git', command).status === 0;
  };

  const sizeOf = (name: string, sha: string): [number, number] | undefined => {
    const lines = git(name, 'show', '--format=', '--numstat', '-M', sha).split('\n');
    if (lines.join('') === '') return undefined;
    const numbers = lines.map((line) => line.split('\t').slice(0, 2).map(Number));
    return [sum(numbers.map(([added = 0]) => added)), sum(numbers.map(([, taken = 0]) => taken))];
  };

  const make = async (steps: readonly RandomStep[], start: number): Promise<string> => {
    made += 1;
    const name = `history-${made}`;
    remote.world.create(name);
    await randomHistory(remote.world, name, steps, start);
    return name;
  };

  const check = async (
    name: string,
    window: ZonedWindow,
    fetcher: GitFetcher,
    where: { readonly path: string } | { readonly baseUrl: string },
  ): Promise<void> => {
    const query: ActionQuery = {
      since: window.since,
      until: window.until,
      authors: { everyone: true },
      types: ['commit'],
      includeBots: true,
    };
    const { signal } = new AbortController();
    const connection = await fetcher.connect({ provider: 'git', ...where }, signal);
    const batches = await collect(fetcher.getActions(connection, query, signal));
    const actions = batches.flatMap((batch) => batch.actions);
    expect(batches.at(-1)?.coverage).toMatchObject([{ status: 'complete' }]);

    const everything = ['--branches', '--remotes', '--tags', 'HEAD', '--parents', '--timestamp'];
    const expected = git(name, 'rev-list', ...everything)
      .split('\n')
      .map((line) => line.split(' '))
      .filter(([date]) => showsDayOf(window, new Date(Number(date) * 1000)));
    const shas = expected.map(([, sha = '']) => sha);
    expect(
      changesOf(
        name,
        actions.map(({ sha = '' }) => sha),
      ),
    ).toEqual(changesOf(name, shas));
    const refs = git(name, 'for-each-ref', '--format=%(refname)').split('\n');
    const landing = refs.filter((ref) =>
      /^refs\/(?:heads\/(?:main|release\/.*)|tags\/v.*)$/.test(ref),
    );
    for (const action of actions) checkOne(name, action, landing, expected);
  };

  /** What was picked or rebased is one change: author, time of writing and title stay. */
  const changesOf = (name: string, shas: readonly string[]): string[] => {
    if (shas.length === 0) return [];
    const told = git(name, 'show', '--no-patch', '--format=%at %ae %s', ...shas);
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

  const isTold = (
    steps: fc.Arbitrary<RandomStep>,
    checks: (name: string, window: ZonedWindow) => Promise<void>,
  ): Promise<void> =>
    fc.assert(
      fc.asyncProperty(
        fc.array(steps, { minLength: 4, maxLength: 24 }),
        WINDOWS,
        async (history, { start, window }) => checks(await make(history, start), window),
      ),
      { numRuns: RUNS, seed: SEED, endOnFailure: RUNS < 20 },
    );

  it('is told as git itself tells it, by path and by URL: which commits, which are merged, how many lines', async () => {
    const fetcher = remote.fetcher({ GIT_ROOT: remote.world.directory });
    await isTold(RANDOM_STEPS, async (name, window) => {
      await check(name, window, fetcher, { path: name });
      await check(name, window, fetcher, { baseUrl: remote.server.url(name) });
    });
  }, 300_000);

  it('is told as git itself tells it where a copy takes many small rounds', async () => {
    const fetcher = remote.fetcher({}, SMALL_ROUNDS);
    const steps = RANDOM_STEPS.map((step) => ({ ...step, skew: 0 }));
    await isTold(steps, (name, window) =>
      check(name, window, fetcher, { baseUrl: remote.server.url(name) }),
    );
  }, 300_000);
});

const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0);
