import type { CommitGraph } from './commit-graph.js';

/** Where a history that is here in part ends, seen from a window of time. */
export interface WindowEdge {
  /** The commits whose parents are to be asked for. */
  readonly commits: readonly string[];
  /** The date of the newest of them that belongs to the window or is newer, in seconds since 1970. */
  readonly newest?: number;
}

/**
 * So many commits in a row may be older than the window, and what is beneath is looked at all the same:
 * a clock was wrong, or a branch was rebased with the dates that it had.
 */
export const OLDER_IN_A_ROW = 8;

/**
 * Follows what is here from some tips. Only beneath tips that are `trusted` older commits are gone past
 * from the start: of old branches there may be thousands.
 * @param since Seconds since 1970.
 */
export function edgeOf(
  graph: CommitGraph,
  { trusted, others }: { readonly trusted: readonly number[]; readonly others: readonly number[] },
  since: number,
): WindowEdge {
  /** How many older ones may follow, and two. 1: what is here is followed, and no more is asked for. */
  const rest = new Uint8Array(graph.size);
  const edge = new Set<number>();
  const waiting = [
    ...others.map((tip) => [tip, 1]),
    ...trusted.map((tip) => [tip, OLDER_IN_A_ROW + 1]),
  ];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const [commit = 0, allowed = 0] = next;
    if (!graph.isRead(commit)) continue;
    const own = isRecent(graph, commit, since) ? OLDER_IN_A_ROW + 2 : Math.max(1, allowed);
    if ((rest[commit] ?? 0) >= own) continue;
    rest[commit] = own;
    for (const parent of graph.parentsOf(commit)) {
      if (graph.isRead(parent)) waiting.push([parent, own - 1]);
      else if (own > 1) edge.add(commit);
    }
  }
  const dates = [...edge]
    .filter((commit) => isRecent(graph, commit, since))
    .map((commit) => graph.dateOf(commit));
  return {
    commits: [...edge].map((commit) => graph.hashOf(commit)),
    ...(dates.length > 0 && { newest: dates.reduce((one, other) => Math.max(one, other)) }),
  };
}

/** Nobody knows of an undated one whether it is. */
const isRecent = (graph: CommitGraph, commit: number, since: number): boolean =>
  !graph.isDated(commit) || graph.dateOf(commit) >= since;
