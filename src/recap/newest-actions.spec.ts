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
});
