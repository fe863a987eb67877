import type { ApiClient } from './api.client.js';
import { defaultWindow } from './default-window.js';
import { ownAddress } from './own-address.js';
import type { RecapOptions } from './recap.options.js';
import type { Variables } from './terminal.js';

/** The data of a `recap` message. */
export interface RecapRequest {
  readonly since?: string;
  readonly until?: string;
  readonly window?: string;
  readonly timeZone: string;
  readonly author?: readonly string[];
  readonly includeBots: boolean;
  readonly bullets: number;
  readonly style: string;
}

const MYSELF = 'me';

/**
 * What to ask for.
 * @param folder Where git is asked who "me" is.
 * @throws ProblemError where there is nothing to recap, or git does not know who "me" is.
 */
export async function toRequest(
  options: RecapOptions,
  api: ApiClient,
  folder: string,
  environment: Variables,
): Promise<RecapRequest> {
  const { since, until, window, timeZone, includeBots, bullets, style } = options;
  const author = options.author && (await namesOf(options.author, folder, environment));
  const request = { timeZone, includeBots, bullets, style, ...(author && { author }) };
  const isNamed = [since, until, window].some((part) => part !== undefined);
  if (isNamed) return { ...request, since, until, window };
  return { ...request, ...(await defaultWindow({ author, includeBots, timeZone }, api)) };
}

/** The server knows who "me" is at a provider; in a repository only git does. */
function namesOf(
  author: readonly string[],
  folder: string,
  environment: Variables,
): Promise<string[]> {
  return Promise.all(
    author.map(async (name) => (name === MYSELF ? ownAddress(folder, environment) : name)),
  );
}
