/** The instant of the newest commit that {@link importHistory} makes, in seconds since 1970. */
export const HISTORY_END: number;

/** Seconds between its commits. */
export const HISTORY_STEP: number;

/** What is special about a history's commits, by their number. */
export interface HistoryWish {
  /** How far the clock of a commit's machine is behind; absent: they are all right. */
  readonly secondsLate?: (index: number) => number;
  readonly message?: (index: number) => string;
}

/** Imports a straight line of commits by 20 people into an empty repository, the same every time. */
export function importHistory(
  repository: string,
  commits: number,
  wish?: HistoryWish,
): Promise<void>;
