import { DateTime, IANAZone } from 'luxon';
import { DomainError } from '../errors/domain.error.js';

/** From `since` (inclusive) to `until` (exclusive), and the zone its calendar days are counted in. */
export interface TimeWindow {
  readonly since: Date;
  readonly until: Date;
  readonly timeZone: string;
}

interface WindowRequest {
  readonly since?: string;
  readonly until?: string;
  readonly timeZone?: string;
}

const CALENDAR_DATE = /^\d{4}-\d{2}-\d{2}$/;
const DEFAULT_DAYS = 7;

/**
 * Reads a window: instants (ISO 8601; one without an offset is meant in the time zone) or calendar
 * dates in the time zone, where `until` names the last day of the window. The default ends now and
 * begins 7 days before its end.
 * @throws DomainError `invalid_request` for what is no date or zone, and for a window that is empty.
 */
export function readWindow(request: WindowRequest, now = new Date()): TimeWindow {
  const timeZone = request.timeZone ?? 'UTC';
  if (!IANAZone.isValidZone(timeZone)) {
    throw invalid('timeZone', 'must be an IANA time zone, such as Europe/Zurich');
  }
  const end = request.until
    ? readDate('until', request.until, timeZone, { wholeDay: true })
    : DateTime.fromJSDate(now, { zone: timeZone });
  const start = request.since
    ? readDate('since', request.since, timeZone, { wholeDay: false })
    : end.minus({ days: DEFAULT_DAYS });
  if (start >= end) throw invalid('since', 'must be before until (or before now, without until)');
  return { since: start.toJSDate(), until: end.toJSDate(), timeZone };
}

function readDate(
  field: string,
  text: string,
  zone: string,
  { wholeDay }: { wholeDay: boolean },
): DateTime {
  const date = DateTime.fromISO(text, { zone });
  if (!date.isValid || date.year < 1970 || date.year > 9998) {
    throw invalid(field, 'must be a date (2025-05-18) or an instant (2025-05-18T09:00:00+02:00)');
  }
  return wholeDay && CALENDAR_DATE.test(text) ? date.plus({ days: 1 }) : date;
}

function invalid(field: string, message: string): DomainError {
  return new DomainError('invalid_request', `Not valid: ${field}.`, {
    errors: [{ field, message: `${field} ${message}` }],
  });
}
