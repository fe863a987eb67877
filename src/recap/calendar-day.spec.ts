import { describe, expect, it } from '@jest/globals';
import { dateAt, startOfDay } from './calendar-day.js';

const MINUTE = 60_000;
const DAY = 86_400_000;

/** Clocks as ECMAScript itself has them, by another way than the one under test. */
function clockIn(timeZone: string): {
  dateAt(instant: number): string;
  noonOffset(day: number): number;
} {
  const format = new Intl.DateTimeFormat('en-CA', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  });
  const shown = (instant: number): Record<string, string> =>
    Object.fromEntries(format.formatToParts(instant).map(({ type, value }) => [type, value]));
  return {
    dateAt: (instant) => {
      const { year, month, day } = shown(instant);
      return `${year!}-${month!}-${day!}`;
    },
    noonOffset: (noon) => {
      const { year, month, day, hour, minute } = shown(noon);
      return Date.parse(`${year!}-${month!}-${day!}T${hour!}:${minute!}Z`) - noon;
    },
  };
}

/** The days of a year on which a zone changes its clocks, and their neighbours. */
function daysOfChange(timeZone: string, year: number): string[] {
  const { noonOffset } = clockIn(timeZone);
  const days = new Set<string>();
  let before: number | undefined;
  for (let noon = Date.UTC(year, 0, 1, 12); noon < Date.UTC(year + 1, 0, 1); noon += DAY) {
    const offset = noonOffset(noon);
    if (before !== undefined && offset !== before) {
      for (const shift of [-2, -1, 0, 1]) {
        days.add(new Date(noon + shift * DAY).toISOString().slice(0, 10));
      }
    }
    before = offset;
  }
  return [...days];
}

describe('a calendar day', () => {
  it.each([2011, 2026])(
    'begins at the first instant that bears its date, in every zone of the tz database (%i)',
    (year) => {
      const wrong: string[] = [];
      let tried = 0;
      for (const timeZone of Intl.supportedValuesOf('timeZone')) {
        const clock = clockIn(timeZone);
        for (const date of daysOfChange(timeZone, year)) {
          tried += 1;
          const start = startOfDay(date, timeZone).getTime();
          const bears = clock.dateAt(start);
          const earlier = Array.from({ length: 150 }, (_, minute) => start - (minute + 1) * MINUTE);
          // A zone that crossed the date line skipped a date.
          const isFirst = earlier.every((instant) => clock.dateAt(instant) < date);
          const skipped = bears > date && clock.dateAt(start - MINUTE) < date;
          if (!isFirst || (bears !== date && !skipped)) wrong.push(`${timeZone} ${date}`);
        }
      }
      expect(wrong).toEqual([]);
      expect(tried).toBeGreaterThan(100);
    },
  );

  it.each([
    // Clocks go from 24:00 to 1:00: there is no midnight.
    ['Africa/Cairo', '2025-04-25', '2025-04-24T22:00:00.000Z'],
    ['Africa/Cairo', '2025-04-26', '2025-04-25T21:00:00.000Z'],
    // From 1:00 back to 0:00: there are two.
    ['America/Havana', '2025-11-02', '2025-11-02T04:00:00.000Z'],
    // At 0:01 back to 23:01: the date begins, and is left again for an hour.
    ['America/St_Johns', '2007-11-04', '2007-11-04T02:30:00.000Z'],
    // The whole of 30 December was skipped.
    ['Pacific/Apia', '2011-12-30', '2011-12-30T10:00:00.000Z'],
    ['UTC', '2025-05-18', '2025-05-18T00:00:00.000Z'],
  ])('begins in %s on %s at %s', (timeZone, date, instant) => {
    expect(startOfDay(date, timeZone).toISOString()).toBe(instant);
  });

  it('is the one that clocks show', () => {
    expect(dateAt(new Date('2025-05-17T23:30:00Z'), 'Europe/Zurich')).toBe('2025-05-18');
  });
});
