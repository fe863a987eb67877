/** The fewest characters that a text has to be looked for. */
export const SHORTEST_SECRET: number;

interface Leak {
  /** As it stands in the log. */
  readonly secret: string;
  readonly line: string;
}

/**
 * Looks for every secret of a folder's `*.planted` files (one JSON string a line) in its `*.log`
 * files, as it is, as JSON writes it and as URLs do.
 */
export function searchLogs(
  folder: string,
): Promise<{ readonly secrets: number; readonly lines: number; readonly leaks: readonly Leak[] }>;
