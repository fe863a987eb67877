import type { RecapJob } from './recap.writer.js';
import { count, describeTally, enumerate } from './tally.js';
import { describeWindow } from './window.js';

/**
 * The line above the bullets: when, how much and who, what was left out, and in brackets how it was
 * written.
 */
export const describeRecap = (
  job: RecapJob,
  { leftOut, notes }: { readonly leftOut: readonly string[]; readonly notes: readonly string[] },
  byline: string,
): string => {
  const opening = job.style === 'casual' ? 'What happened' : 'Recap of';
  const newest = job.truncated ? `only the newest ${job.actions.length} actions of more: ` : '';
  const gone = [...leftOut, countBots(job)].filter((one) => one !== undefined);
  const left = gone.length > 0 ? [`${enumerate(gone)} left out`] : [];
  const told = newest + [describeTally(job.actions), ...left, ...notes].join('; ');
  return `${opening} ${describeWindow(job)}: ${told} (${byline}).`;
};

/** The whole recap where there is nothing to recap. */
export const describeNothing = (job: RecapJob): string => {
  if (!job.readAll) {
    return `No actions were found for ${describeWindow(job)}, but not everything could be read.`;
  }
  const bots = countBots(job);
  return bots === undefined
    ? `Nothing happened ${describeWindow(job)}: no actions were found to recap.`
    : `Only bots were at work ${describeWindow(job)}: ${bots} left out, no others found to recap.`;
};

const countBots = ({ bots = 0 }: RecapJob): string | undefined =>
  bots > 0 ? count(bots, 'action of bots', 'actions of bots') : undefined;
