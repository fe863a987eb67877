import { setTimeout as pause } from 'node:timers/promises';
import { DomainError } from '../errors/domain.error.js';
import type { ProblemCode } from '../errors/problem.catalog.js';

/** How long a store that cannot be reached is tried again before its answer is given up. */
const PATIENCE_MS = 30_000;
const RETRY_MS = 100;
/** What a store says that may be able to do it a little later. */
const PASSING: ReadonlySet<ProblemCode> = new Set(['state_unavailable', 'state_full']);

/**
 * Tries again what failed for an outage of the store, for up to 30 seconds. The attempt may have
 * happened although it failed: it must be one that may be repeated.
 * @param signal Ends the waiting; its reason is thrown.
 */
export async function outlast<T>(attempt: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  const giveUpAt = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      const passing = error instanceof DomainError && PASSING.has(error.code);
      if (!passing || performance.now() > giveUpAt) throw error;
      signal?.throwIfAborted();
      await pause(RETRY_MS);
    }
  }
}
