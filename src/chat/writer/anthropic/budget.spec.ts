import { describe, expect, it } from '@jest/globals';

import { commit, newestFirst, pullRequest } from '../../../../test/support/histories.js';
import { fitActions } from './budget.js';
import { renderAction } from './prompt.js';

const history = newestFirst([
  pullRequest(1, 'Add export', { body: 'x'.repeat(3_000) }),
  ...Array.from({ length: 30 }, (_, index) => commit(`step ${index}`, { body: 'y'.repeat(300) })),
]);

describe('fitActions', () => {
  it('keeps everything there is room for', () => {
    const { blocks, leftOut } = fitActions(history, renderAction);

    expect(leftOut).toBe(0);
    expect(blocks.map(({ action }) => action)).toEqual(history);
    expect(blocks[0]?.text).toContain('y'.repeat(300));
  });

  it('shortens bodies before it leaves anything out', () => {
    const { blocks, leftOut } = fitActions(history, renderAction, 4_000);

    expect(leftOut).toBe(0);
    expect(blocks[0]?.text).toMatch(/by Ada Lovelace: step 29$/);
  });

  it('keeps pull requests and the newest commits, and counts the rest', () => {
    const { blocks, leftOut } = fitActions(history, renderAction, 1_000);
    const kept = blocks.map(({ action }) => action);

    expect(kept.length + leftOut).toBe(history.length);
    expect(leftOut).toBeGreaterThan(0);
    expect(kept).toContain(history.at(-1));
    expect(kept.slice(0, -1)).toEqual(history.slice(0, kept.length - 1));
  });
});
