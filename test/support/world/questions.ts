import fc from 'fast-check';
import { ACTION_TYPES, type ActionQuery } from '../../../src/providers/action.js';
import { seededWorld, WORLD_DAYS, WORLD_NOW } from './seeded.world.js';

const DAY = 86_400_000;

export const EVERYONE = { everyone: true } as const;
/** What the viewer did in the last ten days of a seeded world. */
export const MINE: ActionQuery = {
  since: new Date(WORLD_NOW - 10 * DAY),
  until: new Date(WORLD_NOW),
  authors: { everyone: false, viewer: true, names: [] },
  types: ACTION_TYPES,
  includeBots: false,
};
/** All that happened in a seeded world. */
export const WHOLE = { since: new Date(WORLD_NOW - WORLD_DAYS * DAY), authors: EVERYONE };

const name = fc.constantFrom('octocat', 'hubot', 'defunkt', 'nobody', 'mona@private.example');
/** Any minute, and the very seconds of actions: a window includes its begin and not its end. */
const instant = fc.oneof(
  fc
    .integer({ min: 0, max: WORLD_DAYS * 24 * 60 })
    .map((minutes) => new Date(WORLD_NOW - minutes * 60_000)),
  fc
    .constantFrom(
      ...seededWorld().repositories.flatMap(({ commits, conversations, releases }) => [
        ...commits.map(({ committedAt }) => committedAt),
        ...conversations.map(({ updatedAt }) => updatedAt),
        ...releases.map(({ createdAt, publishedAt = createdAt }) => publishedAt),
      ]),
    )
    .map((text) => new Date(text)),
);

/** Any question one may have about a seeded world. */
export const question: fc.Arbitrary<ActionQuery> = fc.record({
  since: instant,
  until: instant,
  authors: fc.oneof(
    fc.constant(EVERYONE),
    fc.record({
      everyone: fc.constant(false as const),
      viewer: fc.boolean(),
      names: fc.uniqueArray(name, { maxLength: 2 }),
    }),
  ),
  types: fc.subarray([...ACTION_TYPES], { minLength: 1 }),
  includeBots: fc.boolean(),
});
