import { DateTime, IANAZone } from 'luxon';
import { DomainError } from '../errors/domain.error.js';
import { type CalendarDate, dateAt, shiftDate, startOfDay } from './calendar-day.js';
import { type NamedWindow, datesOfWindow } from './named-window.js';

/** From `since` (inclusive) to `until` (exclusive), and the zone its calendar days are counted in. */
export interface TimeWindow {
  readonly since: Date;
  readonly until: Date;
  readonly timeZone: string;
}

interface WindowRequest {
  readonly since?: string;
  readonly until?: string;
  readonly window?: NamedWindow;
  readonly timeZone?: string;
}

const CALENDAR_DATE = /^\d{4}-\d{2}-\d{2}$/;
const DEFAULT_DAYS = 7;

/**
 * Reads a window: a name such as `last-week`, or instants (ISO 8601; one without an offset is meant in
 * the time zone) or calendar dates in the time zone, where `until` names the last day of the window. A
 * calendar day begins at the first instant that bears its date, and ends where the next one begins.
 * The default ends now and begins 7 days before its end.
 * @throws DomainError `invalid_request` for what is no date or zone, for a window that is empty, and for
 * one that is named and given by dates, too.
 */
export function readWindow(request: WindowRequest, now = new Date()): TimeWindow {
  const timeZone = request.timeZone ?? 'UTC';
  if (!IANAZone.isValidZone(timeZone)) {
    throw invalid('timeZone', 'must be an IANA time zone, such as Europe/Zurich');
  }
  if (request.window !== undefined) return readNamedWindow(request, request.window, timeZone, now);
  const until = request.until ? readDate('until', request.until, timeZone) : now;
  const end =
    typeof until === 'string' ? startOfDay(shiftDate(until, { days: 1 }), timeZone) : until;
  const start = request.since
    ? toInstant(readDate('since', request.since, timeZone), timeZone)
    : defaultStart(until, timeZone);
  if (start >= end) throw invalid('since', 'must be before until (or before now, without until)');
  return { since: start, until: end, timeZone };
}

function readNamedWindow(
  { since, until }: WindowRequest,
  name: NamedWindow,
  timeZone: string,
  now: Date,
): TimeWindow {
  if (since !== undefined || until !== undefined) {
    throw invalid('window', 'must stand alone: leave out since and until');
  }
  const { first, after } = datesOfWindow(name, dateAt(now, timeZone));
  return {
    since: startOfDay(first, timeZone),
    until: after === undefined ? now : startOfDay(after, timeZone),
    timeZone,
  };
}

/** Whole days where the window ends with one, else the same time of day. */
function defaultStart(until: Date | CalendarDate, timeZone: string): Date {
  if (typeof until === 'string') {
    return startOfDay(shiftDate(until, { days: 1 - DEFAULT_DAYS }), timeZone);
  }
  return DateTime.fromJSDate(until, { zone: timeZone }).minus({ days: DEFAULT_DAYS }).toJSDate();
}

function readDate(field: string, text: string, zone: string): Date | CalendarDate {
  const date = DateTime.fromISO(text, { zone });
  if (!date.isValid || date.year < 1970 || date.year > 9998) {
    throw invalid(field, 'must be a date (2025-05-18) or an instant (2025-05-18T09:00:00+02:00)');
  }
  return CALENDAR_DATE.test(text) ? text : date.toJSDate();
}

const toInstant = (date: Date | CalendarDate, timeZone: string): Date =>
  typeof date === 'string' ? startOfDay(date, timeZone) : date;

function invalid(field: string, message: string): DomainError {
  return new DomainError('invalid_request', `Not valid: ${field}.`, {
    errors: [{ field, message: `${field} ${message}` }],
  });
}
