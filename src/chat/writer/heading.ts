import type { RecapJob } from './recap.writer.js';
import { describeTally } from './tally.js';
import { describeWindow } from './window.js';

/** The line above the bullets: when, how much, and in brackets how it was written. */
export const describeRecap = (job: RecapJob, notes: readonly string[], byline: string): string => {
  const opening = job.style === 'casual' ? 'What went on' : 'Recap of';
  const newest = job.truncated ? `only the newest ${job.actions.length} actions of more: ` : '';
  const told = newest + [describeTally(job.actions), ...notes].join('; ');
  return `${opening} ${describeWindow(job)}: ${told} (${byline}).`;
};

/** The whole recap where there is nothing to recap. */
export const describeNothing = (job: RecapJob): string =>
  job.readAll
    ? `Nothing happened ${describeWindow(job)}: no actions were found to recap.`
    : `No actions were found for ${describeWindow(job)}, but not everything could be read.`;
