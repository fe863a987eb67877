import type { Answer } from './answer.js';

/** Asked to wait, but not told how long: what GitHub's documentation names as the least. */
const UNTOLD_WAIT = 60_000;

/**
 * Whether an answer is a provider's "too much": 429, or a 403 that says so in its headers. A GitHub
 * Enterprise Server without limits sends no headers or zeros: a limit of 0 is no limit
 * (https://github.com/apache/devlake/issues/6801).
 */
export function isRateLimited({ status, headers }: Answer): boolean {
  if (status === 429) return true;
  if (status !== 403) return false;
  return headers.has('retry-after') || isUsedUp(headers);
}

/** When a rate-limited request is worth another try: by `retry-after`, else by the limit's reset. */
export function retryTimeOf(headers: Headers, now: number): Date {
  return new Date(retryAfter(headers, now) ?? reset(headers, now) ?? now + UNTOLD_WAIT);
}

/** The instant `retry-after` names, in seconds from now or as a date; undefined without one. */
export function retryAfter(headers: Headers, now: number): number | undefined {
  const value = headers.get('retry-after')?.trim();
  if (!value) return undefined;
  if (/^\d{1,9}$/.test(value)) return now + Number(value) * 1_000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(date, now);
}

/** GitHub and Azure DevOps put an `x-` before it, GitLab does not; all of them count in seconds since 1970. */
function reset(headers: Headers, now: number): number | undefined {
  if (!isUsedUp(headers)) return undefined;
  const seconds = numberIn(headers, 'reset');
  if (seconds === undefined || seconds === 0) return undefined;
  return Math.max(seconds * 1_000, now);
}

/** What is left of the limit, 0–1; undefined where the headers do not say, or there is no limit. */
export function shareLeft(headers: Headers): number | undefined {
  const [remaining, limit] = [numberIn(headers, 'remaining'), numberIn(headers, 'limit')];
  return remaining === undefined || !limit ? undefined : Math.min(1, remaining / limit);
}

function isUsedUp(headers: Headers): boolean {
  return numberIn(headers, 'remaining') === 0 && numberIn(headers, 'limit') !== 0;
}

function numberIn(headers: Headers, name: string): number | undefined {
  const value = headers.get(`x-ratelimit-${name}`) ?? headers.get(`ratelimit-${name}`);
  return value !== null && /^\d{1,12}$/.test(value) ? Number(value) : undefined;
}
