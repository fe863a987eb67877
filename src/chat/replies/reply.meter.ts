import type { ReplyMeter } from '../../ops/metrics/reply.metrics.js';
import type { WriterUsage } from '../writer/recap.writer.js';
import type { ReplyEntry } from './reply.js';

/** Tells the meter what goes into the reply's log. */
export function measureEntry(meter: ReplyMeter, entry: ReplyEntry): void {
  switch (entry.event) {
    case 'token':
      meter.text();
      return;
    case 'done':
      meter.ends(entry.stopReason, isKnown(entry.usage) ? entry.usage : undefined);
      return;
    case 'error':
      meter.ends(entry.problem.code);
      return;
    case 'progress':
    case 'citation':
      return;
  }
}

/** What a reply took that was cancelled is not known. */
function isKnown(usage: WriterUsage | Record<string, never>): usage is WriterUsage {
  return 'writer' in usage;
}
