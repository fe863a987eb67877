import { DateTime, IANAZone } from 'luxon';

/** A calendar date, ISO 8601: `2025-05-18`. */
export type CalendarDate = string;

const MINUTE_MS = 60_000;
/** A date begins within so long of its midnight in UTC, whatever the zone and however clocks change. */
const REACH_MS = 26 * 3_600_000;
/** No zone has changed its clocks twice within that. */
const STEP_MS = REACH_MS / 2;

/**
 * The first instant at which clocks in `timeZone` show `date`, or, where they skip the whole date, a
 * later one. It is not always midnight, and not always the only midnight: clocks change at 24:00 in
 * Cairo, at 0:00 in Santiago and Beirut, at 1:00 back to 0:00 in Havana and on the Azores
 * (https://github.com/moment/moment-timezone/issues/1058).
 * @param date A date that exists.
 * @param timeZone IANA.
 */
export function startOfDay(date: CalendarDate, timeZone: string): Date {
  const zone = IANAZone.create(timeZone);
  const midnight = Date.parse(`${date}T00:00:00Z`);
  const shownAt = (instant: number): number => instant + offsetOf(zone, instant);
  const changes = clockChanges(zone, midnight);
  const offsets = new Set(changes.flatMap(({ before, after }) => [before, after]));
  if (changes.length === 0) offsets.add(offsetOf(zone, midnight));
  const candidates = [
    ...[...offsets].map((offset) => midnight - offset),
    ...changes.map(({ at }) => at),
  ];
  return new Date(Math.min(...candidates.filter((instant) => shownAt(instant) >= midnight)));
}

/** The date that clocks in `timeZone` show at an instant. */
export function dateAt(instant: Date, timeZone: string): CalendarDate {
  return toDate(DateTime.fromJSDate(instant, { zone: timeZone }));
}

/** The date so many days, weeks, months … later (`{days: -6}`: earlier). */
export function shiftDate(
  date: CalendarDate,
  by: { readonly days?: number; readonly months?: number },
): CalendarDate {
  return toDate(dateInUtc(date).plus(by));
}

/** The first date of the week (Monday, ISO 8601), month or quarter that a date is in. */
export function startOfPeriod(
  date: CalendarDate,
  period: 'week' | 'month' | 'quarter',
): CalendarDate {
  return toDate(dateInUtc(date).startOf(period));
}

/** 1 (Monday) to 7 (Sunday), ISO 8601. */
export function weekdayOf(date: CalendarDate): number {
  return dateInUtc(date).weekday;
}

interface ClockChange {
  readonly at: number;
  /** In milliseconds. */
  readonly before: number;
  readonly after: number;
}

function clockChanges(zone: IANAZone, around: number): ClockChange[] {
  const changes: ClockChange[] = [];
  for (let from = around - REACH_MS; from < around + REACH_MS; from += STEP_MS) {
    const to = from + STEP_MS;
    const [before, after] = [offsetOf(zone, from), offsetOf(zone, to)];
    if (before !== after) changes.push({ at: changeBetween(zone, from, to), before, after });
  }
  return changes;
}

/** The first instant of the new offset, to the millisecond. */
function changeBetween(zone: IANAZone, from: number, to: number): number {
  const before = offsetOf(zone, from);
  let [earlier, later] = [from, to];
  while (later - earlier > 1) {
    const middle = Math.floor((earlier + later) / 2);
    if (offsetOf(zone, middle) === before) earlier = middle;
    else later = middle;
  }
  return later;
}

const offsetOf = (zone: IANAZone, instant: number): number => zone.offset(instant) * MINUTE_MS;

const dateInUtc = (date: CalendarDate): DateTime<true> => {
  const parsed = DateTime.fromISO(date, { zone: 'UTC' });
  if (!parsed.isValid) throw new RangeError(`no calendar date: ${date}`);
  return parsed;
};

function toDate(time: DateTime): CalendarDate {
  const date = time.toISODate();
  if (date === null) throw new RangeError('no valid time');
  return date;
}
