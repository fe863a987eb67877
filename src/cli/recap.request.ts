import { DateTime } from 'luxon';
import type { ApiClient } from './api.client.js';
import { ownAddress } from './own-address.js';
import type { RecapOptions } from './recap.options.js';

/** The data of a `recap` message. */
export interface RecapRequest {
  readonly since?: string;
  readonly until?: string;
  readonly timeZone: string;
  readonly author?: readonly string[];
  readonly bullets: number;
  readonly style: string;
}

const MYSELF = 'me';
const WEEK = { days: 6 };

/**
 * What to ask for. Without dates that is the week up to the newest commit: most repositories rest at
 * times, and a recap of nothing helps nobody. Undefined when there is no commit at all.
 */
export async function toRequest(
  options: RecapOptions,
  api: ApiClient,
  workingDirectory: string,
): Promise<RecapRequest | undefined> {
  const { since, until, timeZone, bullets, style } = options;
  const author = options.author && (await namesOf(options.author, workingDirectory));
  const wish = { timeZone, bullets, style, ...(author && { author }) };
  const newest = await api.newestInstant();
  if (newest === undefined) return undefined;
  if (since !== undefined || until !== undefined) return { ...wish, since, until };
  const lastDay = DateTime.fromISO(newest, { zone: timeZone });
  return {
    ...wish,
    since: lastDay.minus(WEEK).toISODate() ?? undefined,
    until: lastDay.toISODate() ?? undefined,
  };
}

/** The server knows who "me" is at a provider; in a repository only git does. */
function namesOf(author: readonly string[], workingDirectory: string): Promise<string[]> {
  return Promise.all(
    author.map(async (name) => (name === MYSELF ? ownAddress(workingDirectory) : name)),
  );
}
