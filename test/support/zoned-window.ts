import fc from 'fast-check';
import { readWindow } from '../../src/recap/time-window.js';

/** Calendar days of a time zone, and what a reader is asked for in their place. */
export interface ZonedWindow {
  /** The first and the last day, such as `2025-10-26`. */
  readonly first: string;
  readonly last: string;
  readonly zone: string;
  readonly since: Date;
  readonly until: Date;
}

const DAY = 86_400_000;

/** Windows of up to so many days, which begin at most so many days away from an instant. */
export const zonedWindows = (around: number, days: number): fc.Arbitrary<ZonedWindow> =>
  fc
    .tuple(
      fc.constantFrom(...Intl.supportedValuesOf('timeZone')),
      fc.integer({ min: -2, max: days }),
      fc.nat({ max: days }),
    )
    .map(([zone, begin, length]) => {
      const [first = '', last = ''] = [begin, begin + length].map((day) =>
        new Date(around + day * DAY).toISOString().slice(0, 10),
      );
      const { since, until } = readWindow({ since: first, until: last, timeZone: zone });
      return { first, last, zone, since, until };
    });

/** Whether clocks on the wall showed one of its days. */
export function showsDayOf({ first, last, zone }: ZonedWindow, instant: Date): boolean {
  const day = new Intl.DateTimeFormat('en-CA', {
    timeZone: zone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  }).format(instant);
  return day >= first && day <= last;
}
