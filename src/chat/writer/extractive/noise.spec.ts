import { describe, expect, it } from '@jest/globals';
import { commit } from '../../../../test/support/histories.js';
import { isBump } from './noise.js';

const titled = (title: string, bot: boolean) =>
  commit(title, { author: { name: bot ? 'renovate[bot]' : 'Ada', bot } });

describe('a new version of something used', () => {
  it.each(['Update actions/checkout action to v5', 'update pnpm to v9.1'])(
    'is what a bot calls %j, and not what a person does',
    (title) => {
      expect(isBump(titled(title, true))).toBe(true);
      expect(isBump(titled(title, false))).toBe(false);
    },
  );

  it.each([
    'Bump undici from 7.1.0 to 7.2.0',
    'build(deps): Bump x from 1 to v2',
    'chore(deps-dev)!: anything',
    'Upgrade left-pad in /web to 2',
  ])('is %j, whoever wrote it', (title) => {
    expect(isBump(titled(title, true))).toBe(true);
    expect(isBump(titled(title, false))).toBe(true);
  });

  it.each(['Updated the tests', 'Add an update check', 'Bump the limit of sockets'])(
    'is not %j, even of a bot',
    (title) => {
      expect(isBump(titled(title, true))).toBe(false);
    },
  );
});
