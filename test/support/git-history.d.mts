/** The instant of the newest commit that {@link importHistory} makes, in seconds since 1970. */
export const HISTORY_END: number;

/** Seconds between its commits. */
export const HISTORY_STEP: number;

/** Imports a straight line of commits by 20 people into an empty repository, the same every time. */
export function importHistory(repository: string, commits: number): Promise<void>;
