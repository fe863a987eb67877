import { describe, expect, it } from '@jest/globals';
import { mayFollowPublished } from './release.order.js';

describe('a page of releases', () => {
  const since = new Date('2025-06-01T00:00:00Z');

  it.each([
    ['2025-06-02T00:00:00Z', true],
    ['2025-05-01T00:00:00Z', true],
    ['2025-04-03T00:00:00Z', true],
    ['2025-04-01T00:00:00Z', false],
    ['2024-06-01T00:00:00Z', false],
  ])(
    'whose last was begun at %s may be followed by one that was a draft until now: %s',
    (at, may) => {
      expect(mayFollowPublished(at, since)).toBe(may);
    },
  );

  it('is followed by nothing when it is empty', () => {
    expect(mayFollowPublished(undefined, since)).toBe(false);
  });
});
