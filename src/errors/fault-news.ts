import type { ProblemCode } from './problem.catalog.js';
import { isFault, type Problem } from './problem.js';

/** Faults that every request meets alike while they last. */
const OUTAGES: ReadonlySet<ProblemCode> = new Set<ProblemCode>(['state_unavailable', 'state_full']);
const REPEATED_AFTER_MS = 60_000;

const toldAt = new Map<ProblemCode, number>();

/**
 * Whether the log is to be told of a problem's cause: of each fault, but of an outage once a minute, or
 * the log would grow with the traffic while nobody can be served.
 */
export function isNews(problem: Problem): boolean {
  const { code } = problem;
  if (!isFault(problem)) return false;
  if (!OUTAGES.has(code)) return true;
  const now = performance.now();
  if (now - (toldAt.get(code) ?? -Infinity) < REPEATED_AFTER_MS) return false;
  toldAt.set(code, now);
  return true;
}
