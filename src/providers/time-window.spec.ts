import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { halve, isWithin, type TimeWindow, toSeconds } from './time-window.js';

const SECOND = 1_000;

const windows = fc
  .tuple(fc.integer({ min: 0, max: 4e12 }), fc.integer({ min: 0, max: 40_000 }))
  .map(([since, length]): TimeWindow => ({
    since: new Date(since),
    until: new Date(since + length),
  }));

describe('a time window', () => {
  it('is cut into two that meet at a whole second and lose no instant', () => {
    fc.assert(
      fc.property(windows, (window) => {
        const halves = halve(window);
        fc.pre(halves !== undefined);
        const [first, second] = halves;
        expect(first.since).toEqual(window.since);
        expect(second.since).toEqual(first.until);
        expect(second.until).toEqual(window.until);
        expect(first.until.getTime() % SECOND).toBe(0);
        expect(first.until.getTime()).toBeGreaterThan(first.since.getTime());
        expect(second.until.getTime()).toBeGreaterThanOrEqual(second.since.getTime());
      }),
    );
  });

  it('is cut until each part is about a second, and no part is lost on the way', () => {
    const cut = (window: TimeWindow): TimeWindow[] => halve(window)?.flatMap(cut) ?? [window];
    fc.assert(
      fc.property(windows, (window) => {
        const parts = cut(window);
        for (let time = window.since.getTime(); time < window.until.getTime(); time += 250) {
          const instant = new Date(time).toISOString();
          expect(parts.filter((part) => isWithin(part, instant))).toHaveLength(1);
        }
        for (const { since, until } of parts) {
          expect(until.getTime() - since.getTime()).toBeLessThan(2 * SECOND);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('holds its beginning and not its end', () => {
    const window = { since: new Date('2025-05-01'), until: new Date('2025-05-02') };
    const held = ['2025-04-30T23:59:59Z', '2025-05-01T00:00:00Z', '2025-05-01T23:59:59Z'];
    expect(held.map((instant) => isWithin(window, instant))).toEqual([false, true, true]);
    expect(isWithin(window, '2025-05-02T00:00:00Z')).toBe(false);
  });

  it('is told in whole seconds that begin no later than it does', () => {
    expect(toSeconds(new Date('2025-05-01T00:00:00.999Z'))).toBe('2025-05-01T00:00:00Z');
  });
});
