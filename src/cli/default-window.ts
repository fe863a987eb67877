import { DateTime } from 'luxon';
import type { ApiClient } from './api.client.js';
import { ProblemError } from './problem.error.js';

/** Whose commits count, as the recap will ask for them. */
export interface Choice {
  readonly author?: readonly string[];
  readonly includeBots: boolean;
  /** IANA. */
  readonly timeZone: string;
}

/** There is nothing that a recap could tell, and that is nobody's fault. */
export class NothingToRecap extends Error {
  constructor(
    reason: string,
    readonly hint?: string,
  ) {
    super(reason);
    this.name = 'NothingToRecap';
  }
}

const WEEK = { days: 6 };
/** Where to look for the newest commit that counts, in days before the newest of all; the last is all. */
const STRETCHES = [7, 90, 730, undefined];
const BEGINNING = '1970-01-02T00:00:00Z';
/** The last date that the server takes. */
const END_OF_TIME = '9998-01-01';

/**
 * The week up to the newest commit that counts: not a bot's, unless they were asked for, and not in the
 * future, where broken clocks put some. Most repositories rest at times, and a recap of nothing helps
 * nobody.
 * @returns Calendar dates.
 * @throws NothingToRecap, saying why; ProblemError where the repository cannot be read.
 */
export async function defaultWindow(
  choice: Choice,
  api: ApiClient,
): Promise<{ since: string; until: string }> {
  const newest = await newestThatCounts(choice, api);
  if (newest === undefined) throw await whyNothingCounts(choice, api);
  const lastDay = DateTime.fromISO(newest, { zone: choice.timeZone });
  return { since: dateOf(lastDay.minus(WEEK)), until: dateOf(lastDay) };
}

/** When the newest action that counts was done (ISO 8601), asked for in ever longer stretches. */
async function newestThatCounts(
  { author, includeBots, timeZone }: Choice,
  api: ApiClient,
): Promise<string | undefined> {
  const choice = { author, includeBots, timeZone };
  const now = DateTime.utc();
  const pushed = DateTime.fromISO((await api.pushedAt()) ?? '', { zone: 'UTC' });
  const end = pushed.isValid && pushed < now ? pushed.plus({ seconds: 1 }) : now;
  for (const days of STRETCHES) {
    const since = days === undefined ? BEGINNING : instantOf(end.minus({ days }));
    const { timestamp } = await api.newestAction({ ...choice, since, until: instantOf(end) });
    if (timestamp !== undefined) return timestamp;
  }
  return undefined;
}

async function whyNothingCounts(choice: Choice, api: ApiClient): Promise<Error> {
  const { author, timeZone } = choice;
  const all = { timeZone, includeBots: true, since: BEGINNING };
  const past = await api.newestAction({ ...all, until: instantOf(DateTime.utc()) });
  if (past.gap !== undefined) {
    return new ProblemError({ title: 'The repository could not be read', detail: past.gap });
  }
  if (past.timestamp === undefined) {
    const { timestamp } = await api.newestAction({ ...all, until: END_OF_TIME });
    if (timestamp === undefined) return new NothingToRecap('This repository has no commits yet.');
    return new NothingToRecap(
      'All commits here are dated in the future.',
      'Name --since and --until.',
    );
  }
  if (author) return new NothingToRecap(`No commit here is by ${author.join(', ')}.`, EVERYONE);
  return new NothingToRecap('All commits here are by bots.', 'To tell them, too: --include-bots');
}

const EVERYONE = 'For everyone: --author "*"';

/**
 * What would have been there, where a window that was asked for is empty.
 * @returns Sentences.
 */
export async function whatElseThereIs(
  filter: Choice & { readonly since?: string; readonly until?: string; readonly window?: string },
  api: ApiClient,
): Promise<string[]> {
  const sentences: string[] = [];
  if (!filter.includeBots) {
    const { number, isAll } = await api.countActions({ ...filter, includeBots: true });
    const told = `${isAll ? '' : 'More than '}${number} ${number === 1 ? 'action' : 'actions'}`;
    if (number > 0) sentences.push(`${told} by bots left out: --include-bots tells them, too.`);
  }
  const newest = await newestThatCounts(filter, api);
  if (newest === undefined) return sentences;
  const day = DateTime.fromISO(newest, { zone: filter.timeZone, locale: 'en' });
  return [...sentences, `The newest commit that counts is of ${day.toFormat('d MMMM yyyy')}.`];
}

function dateOf(time: DateTime): string {
  const date = time.toISODate();
  if (date === null) throw new RangeError('not a valid date');
  return date;
}

function instantOf(time: DateTime): string {
  const instant = time.toISO();
  if (instant === null) throw new RangeError('not a valid instant');
  return instant;
}
