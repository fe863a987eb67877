import { DomainError } from '../errors/domain.error.js';
import { toProblem } from '../errors/problem.js';
import type { Connection } from '../providers/connection.js';
import type { ConnectionCoverage } from '../providers/coverage.js';

/** The coverage of a connection that could not be read; errors nobody foresaw tell nothing. */
export function failed({ id, provider }: Connection, error: unknown): ConnectionCoverage {
  const retryAt = error instanceof DomainError ? error.retryAt?.toISOString() : undefined;
  return { id, provider, status: 'failed', reason: toProblem(error).detail, retryAt };
}

/** One failing connection is coverage; when all fail there is nothing to answer with. */
export function throwIfAllFailed(outcomes: readonly { error?: unknown }[]): void {
  if (outcomes.length > 0 && outcomes.every(({ error }) => error !== undefined)) {
    throw outcomes[0]?.error;
  }
}
