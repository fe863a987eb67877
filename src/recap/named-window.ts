import { type CalendarDate, shiftDate, startOfPeriod, weekdayOf } from './calendar-day.js';

/** Windows as people name them. A week begins on Monday. */
export const NAMED_WINDOWS = [
  'yesterday',
  'last-working-day',
  'this-week',
  'last-week',
  'this-month',
  'last-month',
  'this-quarter',
  'last-quarter',
] as const;
export type NamedWindow = (typeof NAMED_WINDOWS)[number];

interface Dates {
  readonly first: CalendarDate;
  /** The first date that is no longer in it; absent: it ends now. */
  readonly after?: CalendarDate;
}

const SATURDAY = 6;

/** The dates of a named window. The last working day before a Monday is a Friday. */
export function datesOfWindow(name: NamedWindow, today: CalendarDate): Dates {
  switch (name) {
    case 'yesterday':
      return { first: shiftDate(today, { days: -1 }), after: today };
    case 'last-working-day': {
      const day = lastWorkingDay(today);
      return { first: day, after: shiftDate(day, { days: 1 }) };
    }
    case 'this-week':
      return { first: startOfPeriod(today, 'week') };
    case 'last-week':
      return lastPeriod(today, 'week', { days: -7 });
    case 'this-month':
      return { first: startOfPeriod(today, 'month') };
    case 'last-month':
      return lastPeriod(today, 'month', { months: -1 });
    case 'this-quarter':
      return { first: startOfPeriod(today, 'quarter') };
    case 'last-quarter':
      return lastPeriod(today, 'quarter', { months: -3 });
  }
}

function lastPeriod(
  today: CalendarDate,
  period: 'week' | 'month' | 'quarter',
  length: { readonly days?: number; readonly months?: number },
): Dates {
  const after = startOfPeriod(today, period);
  return { first: shiftDate(after, length), after };
}

/** Holidays are another matter: they differ from place to place. */
function lastWorkingDay(today: CalendarDate): CalendarDate {
  let day = shiftDate(today, { days: -1 });
  while (weekdayOf(day) >= SATURDAY) day = shiftDate(day, { days: -1 });
  return day;
}
