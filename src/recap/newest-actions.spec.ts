import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { commit } from '../../test/support/histories.js';
import type { Action } from '../providers/action.js';
import { NewestActions } from './newest-actions.js';

const actionAt = (hour: number, serial: number): Action =>
  commit(`change ${String(serial)}`, {
    id: `id-${String(serial)}`,
    timestamp: new Date(Date.UTC(2025, 0, 1, hour)).toISOString(),
  });

/** The same commit, as one of several connections tells it. */
const read = (repository: string, hour: number, serial: number): Action => ({
  ...actionAt(hour, serial),
  id: `${repository}#commit:${String(serial)}`,
  sha: `sha-${String(serial)}`,
  repository: { id: repository, fullName: 'a/b', url: 'https://github.com/a/b' },
});

const histories = fc
  .array(fc.integer({ min: 0, max: 20 }), { maxLength: 60 })
  .map((hours) => hours.map(actionAt));

describe('NewestActions', () => {
  it('keeps the newest, each once, however often and in whatever order they come', () => {
    fc.assert(
      fc.property(histories, fc.integer({ min: 1, max: 20 }), (history, limit) => {
        const newest = new NewestActions(limit);
        newest.add(history);
        newest.add(history.toReversed());
        const expected = history.toSorted(
          (one, other) =>
            other.timestamp.localeCompare(one.timestamp) || (one.id < other.id ? 1 : -1),
        );
        const { actions, more } = newest.result();
        expect(actions.map(({ id }) => id)).toEqual(expected.slice(0, limit).map(({ id }) => id));
        expect(more).toBe(history.length > limit);
      }),
    );
  });

  it('gives pages that together are the whole', () => {
    fc.assert(
      fc.property(histories, fc.integer({ min: 1, max: 7 }), (history, limit) => {
        const seen: string[] = [];
        for (let after: Action | undefined; ;) {
          const page = new NewestActions(limit, after);
          page.add(history);
          const { actions, more } = page.result();
          seen.push(...actions.map(({ id }) => id));
          after = actions.at(-1);
          if (!more) break;
        }
        expect(seen).toHaveLength(history.length);
        expect(new Set(seen).size).toBe(history.length);
      }),
    );
  });

  it('tells what two connections read once, on one page or on several, in whatever order they come', () => {
    const shared = fc.array(fc.tuple(fc.integer({ min: 0, max: 3 }), fc.boolean()), {
      maxLength: 30,
    });
    fc.assert(
      fc.property(shared, fc.integer({ min: 1, max: 7 }), fc.boolean(), (hours, limit, turned) => {
        const near = hours.map(([hour], serial) => read('github:near', hour, serial));
        const far = hours.flatMap(([hour, twice], serial) =>
          twice ? [read('git:far', hour, serial)] : [],
        );
        const seen: (string | undefined)[] = [];
        for (let after: Action | undefined; ;) {
          const page = new NewestActions(limit, after);
          for (const actions of turned ? [far, near] : [near, far]) page.add(actions);
          const { actions, more } = page.result();
          seen.push(...actions.map(({ sha }) => sha));
          after = actions.at(-1);
          if (!more) break;
        }
        expect(seen).toHaveLength(hours.length);
        expect(new Set(seen).size).toBe(hours.length);
      }),
    );
  });

  it('knows of what two connections read what either of them knows', () => {
    const newest = new NewestActions(5);
    const pullRequest = { number: 7, title: 'Seven', url: 'https://github.com/a/b/pull/7' };
    newest.add([{ ...read('git:far', 1, 1), merged: true, additions: 3, deletions: 0 }]);
    newest.add([{ ...read('github:near', 1, 1), merged: false, branch: 'topic', pullRequest }]);
    newest.add([{ ...read('git:other', 1, 1), merged: false, branch: 'topic' }]);
    const { actions } = newest.result();
    expect(actions).toHaveLength(1);
    expect(actions[0]).toMatchObject({
      repository: { id: 'github:near' },
      merged: true,
      pullRequest,
      additions: 3,
      deletions: 0,
    });
    expect(actions[0]?.branch).toBeUndefined();
  });
});
