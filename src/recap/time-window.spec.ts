import { describe, expect, it } from '@jest/globals';
import { readWindow } from './time-window.js';

const NOW = new Date('2025-05-18T12:00:00Z');
const ZURICH = 'Europe/Zurich';

const hours = ({ since, until }: { since: Date; until: Date }): number =>
  (until.getTime() - since.getTime()) / 3_600_000;

describe('a window', () => {
  it('is the last seven days unless something else is asked for', () => {
    const window = readWindow({}, NOW);
    expect(window.until).toEqual(NOW);
    expect(hours(window)).toBe(7 * 24);
  });

  it('takes days as long as they are where clocks change', () => {
    const day = (date: string): number =>
      hours(readWindow({ since: date, until: date, timeZone: ZURICH }, NOW));
    expect(day('2025-03-29')).toBe(24);
    expect(day('2025-03-30')).toBe(23);
    expect(day('2025-10-26')).toBe(25);
  });

  it('begins its default with the first of seven days where it ends with a day', () => {
    // A week before, clocks skipped midnight.
    const window = readWindow({ until: '2025-05-01', timeZone: 'Africa/Cairo' }, NOW);
    expect(window.since.toISOString()).toBe('2025-04-24T22:00:00.000Z');
    expect(window.until.toISOString()).toBe('2025-05-01T21:00:00.000Z');
  });

  it('can be named: whole days in the time zone, up to now where it has not ended', () => {
    const week = readWindow({ window: 'last-week', timeZone: ZURICH }, NOW);
    expect(week.since.toISOString()).toBe('2025-05-04T22:00:00.000Z');
    expect(week.until.toISOString()).toBe('2025-05-11T22:00:00.000Z');
    const begun = readWindow({ window: 'this-month' }, NOW);
    expect(begun).toEqual({ since: new Date('2025-05-01'), until: NOW, timeZone: 'UTC' });
  });

  it('leaves no instant between two days, and none in both, where clocks change at midnight', () => {
    const day = (date: string): { since: Date; until: Date } =>
      readWindow({ since: date, until: date, timeZone: 'America/Havana' }, NOW);
    expect(day('2025-11-01').until).toEqual(day('2025-11-02').since);
    expect(hours(day('2025-11-02'))).toBe(25);
  });

  it('reads an instant without an offset in the time zone, and keeps the offset of one that has it', () => {
    const local = readWindow({ since: '2025-05-01T00:00', timeZone: ZURICH }, NOW);
    expect(local.since.toISOString()).toBe('2025-04-30T22:00:00.000Z');
    const fixed = readWindow({ since: '2025-05-01T00:00-07:00', timeZone: ZURICH }, NOW);
    expect(fixed.since.toISOString()).toBe('2025-05-01T07:00:00.000Z');
  });

  it.each([
    [{ since: '2025-06-01' }, 'since'],
    [{ since: '2025-05-02', until: '2025-05-01' }, 'since'],
    [{ until: '2025-02-30' }, 'until'],
    [{ since: 'last week' }, 'since'],
    [{ timeZone: 'Mars/Olympus' }, 'timeZone'],
    [{ window: 'last-week', since: '2025-05-01' }, 'window'],
  ] as const)('refuses %j and names the field', (request, field) => {
    expect(() => readWindow(request, NOW)).toThrow(
      expect.objectContaining({
        code: 'invalid_request',
        errors: [expect.objectContaining({ field })],
      }),
    );
  });
});
