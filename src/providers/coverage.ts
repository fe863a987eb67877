import type { ActionType } from './action.js';
import type { ProviderName } from './connection.js';

export const COVERAGE_STATUSES = ['complete', 'partial', 'failed', 'skipped'] as const;
export type CoverageStatus = (typeof COVERAGE_STATUSES)[number];

/** How completely one repository was read. `reason` is for people, and there unless complete. */
export interface RepositoryCoverage {
  readonly id: string;
  readonly fullName: string;
  readonly status: CoverageStatus;
  /** The kinds of action the status speaks of; absent: all that were asked for. */
  readonly kinds?: readonly ActionType[];
  readonly reason?: string;
}

/** How completely one connection was read. */
export interface ConnectionCoverage {
  readonly id: string;
  readonly provider: ProviderName;
  readonly status: CoverageStatus;
  readonly reason?: string;
  /** When it is worth asking again (ISO 8601). */
  readonly retryAt?: string;
}

/** Whether all that was asked for was read: only then an empty answer means that nothing happened. */
export function isComplete({ connections, repositories }: Coverage): boolean {
  return [...connections, ...repositories].every(({ status }) => status === 'complete');
}

/** Somebody who was asked for, as the question called them. */
export interface AuthorCoverage {
  readonly author: string;
  readonly matched: boolean;
}

/** What was and what was not read, with every answer made from several sources. */
export interface Coverage {
  readonly connections: readonly ConnectionCoverage[];
  readonly repositories: readonly RepositoryCoverage[];
  /** Who was asked for, and whether anything of theirs was found; empty where everyone was asked for. */
  readonly authors: readonly AuthorCoverage[];
  /** How many actions of bots were left out. */
  readonly bots: number;
  /** More actions matched than are in the answer. */
  readonly truncated: boolean;
  /** The window that was read, ISO 8601. */
  readonly from: string;
  readonly to: string;
}
