const DAY_MS = 86_400_000;

/** The reader's time zone; browsers that hide it say `Etc/Unknown`. */
export const timeZone = readTimeZone();

function readTimeZone() {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return !zone || zone === 'Etc/Unknown' ? 'UTC' : zone;
}

/** `sv` writes dates as ISO 8601 does. */
const isoFormat = new Intl.DateTimeFormat('sv', { timeZone });

/**
 * The calendar day of an instant where the reader is, such as `2025-05-18`.
 * @param {Date} instant
 */
export const dayOf = (instant) => isoFormat.format(instant);

const timeFormat = new Intl.DateTimeFormat('en-GB', { timeStyle: 'short', timeZone });

/**
 * The time of day of an instant where the reader is, such as `16:07`.
 * @param {Date} instant
 */
export const timeOf = (instant) => timeFormat.format(instant);

/**
 * The day that many days later (or earlier).
 * @param {string} day
 * @param {number} days
 */
export const addDays = (day, days) =>
  new Date(Date.parse(day) + days * DAY_MS).toISOString().slice(0, 10);

/**
 * From one day to another for people, such as `12 – 18 May 2025`.
 * @param {string} since
 * @param {string} until
 */
export function describeDays(since, until) {
  const format = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' });
  return format.formatRange(new Date(since), new Date(until));
}
