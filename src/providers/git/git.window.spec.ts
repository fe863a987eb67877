import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { collect } from '../../../test/support/collect.js';
import { eventually } from '../../../test/support/eventually.js';
import { gitFetcher } from '../../../test/support/git-fetcher.js';
import { HISTORY_END, HISTORY_STEP, importHistory } from '../../../test/support/git-history.mjs';
import { GitWorld } from '../../../test/support/git-world.js';
import { runningIn } from '../../../test/support/running-git.js';
import type { ActionQuery } from '../action.js';
import type { Connection } from '../connection.js';

const COMMITS = 3_000;
const TO_COME = Date.UTC(2100, 0);
const HISTORY_START = HISTORY_END - (COMMITS - 1) * HISTORY_STEP;
/** Some machines are most of a day behind, so that commits are older than their parents. */
const secondsLate = (index: number): number => (index % 29 === 0 ? 40 * HISTORY_STEP : 0);

/** Milliseconds, any at all or such as lie a whole number of commits apart. */
const apart = (commits: { readonly min: number; readonly max: number }): fc.Arbitrary<number> => {
  const step = HISTORY_STEP * 1000;
  return fc.oneof(
    fc.integer({ min: commits.min * step, max: commits.max * step }),
    fc.integer(commits).map((count) => count * step),
  );
};

describe('The window of a long history', () => {
  const world = new GitWorld();
  const fetcher = gitFetcher({ GIT_ROOT: world.directory });
  let connection: Connection;

  const connect = (path: string) =>
    fetcher.connect({ provider: 'git', path }, new AbortController().signal);

  const query = (since: number, until: number, names?: string[]): ActionQuery => ({
    since: new Date(since),
    until: new Date(until),
    authors: names ? { everyone: false, viewer: false, names } : { everyone: true },
    types: ['commit'],
    includeBots: true,
  });

  beforeAll(async () => {
    await importHistory(world.create('history'), COMMITS, { secondsLate });
    connection = await connect('history');
  }, 120_000);
  afterAll(() => world.remove());

  it('holds exactly the commits a straightforward reading of the whole history finds', async () => {
    const everything = world
      .git('history', 'log', '--all', '--format=%H %ct %ae')
      .split('\n')
      .map((line) => line.split(' '));
    const instant = apart({ min: -1, max: COMMITS }).map((span) => HISTORY_START * 1000 + span);
    const length = apart({ min: 0, max: 960 });
    const people = fc.option(fc.uniqueArray(fc.integer({ min: 0, max: 19 })), { nil: undefined });
    await fc.assert(
      fc.asyncProperty(instant, length, people, async (since, span, numbers) => {
        const until = since + span;
        const names = numbers?.map((number) => `person${number}@example.com`);
        const expected = everything
          .filter(([, seconds, email = '']) => {
            const when = Number(seconds) * 1000;
            return when >= since && when < until && (names?.includes(email) ?? true);
          })
          .map(([sha]) => sha);
        const { signal } = new AbortController();
        const batches = await collect(
          fetcher.getActions(connection, query(since, until, names), signal),
        );
        const shas = batches.flatMap(({ actions }) => actions.map(({ sha }) => sha));
        expect(shas.toSorted()).toEqual(expected.toSorted());
      }),
      { numRuns: 25 },
    );
  });

  it('comes in small batches, also where git prints many small commits at once', async () => {
    await importHistory(world.create('curt'), COMMITS, { message: () => '.' });
    const { signal } = new AbortController();
    const batches = await collect(
      fetcher.getActions(await connect('curt'), query(0, TO_COME), signal),
    );
    expect(Math.max(...batches.map(({ actions }) => actions.length))).toBeLessThanOrEqual(200);
    const shas = batches.flatMap(({ actions }) => actions.map(({ sha }) => sha));
    expect(shas).toEqual(world.git('curt', 'log', '--format=%H').split('\n'));
  });

  it('ends git when the reader has enough, and when it gives up', async () => {
    const all = query(0, TO_COME);
    for await (const { actions } of fetcher.getActions(
      connection,
      all,
      new AbortController().signal,
    )) {
      if (actions.length === 0) continue;
      expect(runningIn(world.directory)).toBeGreaterThan(0);
      break;
    }
    await eventually(() => expect(runningIn(world.directory)).toBe(0));

    const controller = new AbortController();
    const reason = new Error('enough');
    const reading = collect(fetcher.getActions(connection, all, controller.signal));
    controller.abort(reason);
    await expect(reading).rejects.toBe(reason);
    await eventually(() => expect(runningIn(world.directory)).toBe(0));
  });
});
