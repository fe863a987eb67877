import { DateTime } from 'luxon';

import type { RecapJob } from './recap.writer.js';

type Window = Pick<RecapJob, 'from' | 'to' | 'timeZone'>;

/** The calendar days of a window (`to` is exclusive), such as `12–18 May 2025`. */
export const describeWindow = ({ from, to, timeZone }: Window): string => {
  const first = inZone(from, timeZone);
  const last = inZone(to, timeZone).minus({ milliseconds: 1 });
  const end = last.toFormat('d MMMM yyyy');

  if (last < first || first.hasSame(last, 'day')) return first.toFormat('d MMMM yyyy');
  if (first.hasSame(last, 'month')) return `${first.toFormat('d')}–${end}`;
  if (first.hasSame(last, 'year')) return `${first.toFormat('d MMMM')} – ${end}`;
  return `${first.toFormat('d MMMM yyyy')} – ${end}`;
};

const inZone = (instant: string, zone: string): DateTime =>
  DateTime.fromISO(instant, { zone }).setLocale('en');
