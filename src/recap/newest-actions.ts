import type { Action } from '../providers/action.js';

/** Where a page of actions ended: the last one on it. */
export interface ActionPosition {
  readonly timestamp: string;
  readonly id: string;
}

/** Newest first; the id decides between actions of one instant. */
function newestFirst(left: ActionPosition, right: ActionPosition): number {
  if (left.timestamp !== right.timestamp) return left.timestamp < right.timestamp ? 1 : -1;
  if (left.id === right.id) return 0;
  return left.id < right.id ? 1 : -1;
}

/** What two connections may both tell: one commit, one tagged version. Everything else is its provider's own. */
const keyOf = ({ id, type, sha, title, timestamp }: Action): string =>
  sha === undefined ? id : JSON.stringify([sha, timestamp, type === 'commit' ? '' : title]);

/** The first in the order of pages counts, so that pages agree; what only the other one knows is added. */
function together(one: Action, other: Action): Action {
  const [first, second] = newestFirst(one, other) < 0 ? [one, other] : [other, one];
  const merged = first.merged === true || second.merged === true;
  return {
    ...first,
    pullRequest: first.pullRequest ?? second.pullRequest,
    additions: first.additions ?? second.additions,
    deletions: first.deletions ?? second.deletions,
    ...(merged && { merged, branch: undefined }),
  };
}

/**
 * Keeps the newest actions after a position, each once, in memory that depends on how many are
 * wanted, and on how many were done in the very instant of the position, but not on how many come by.
 */
export class NewestActions {
  private kept = new Map<string, Action>();
  /** What was done in the instant of the position: a page before may have told it under another id. */
  private readonly undecided = new Map<string, Action>();
  private readonly told = new Set<string>();
  private dropped = false;

  /**
   * @param limit How many are wanted.
   * @param after Only what comes after this position counts; absent: everything.
   */
  constructor(
    private readonly limit: number,
    private readonly after?: ActionPosition,
  ) {}

  add(actions: Iterable<Action>): void {
    for (const action of actions) {
      const key = keyOf(action);
      const isUndecided = action.timestamp === this.after?.timestamp;
      if (this.after && newestFirst(action, this.after) <= 0) {
        if (isUndecided) this.told.add(key);
        continue;
      }
      const place = isUndecided ? this.undecided : this.kept;
      const known = place.get(key);
      place.set(key, known ? together(known, action) : action);
      if (this.kept.size >= 2 * this.limit + 1) this.trim();
    }
  }

  /** The newest, at most the limit, and whether there were more. */
  result(): { actions: Action[]; more: boolean } {
    const untold = [...this.undecided].filter(([key]) => !this.told.has(key));
    const sorted = [...untold, ...this.kept].map(([, action]) => action).sort(newestFirst);
    return {
      actions: sorted.slice(0, this.limit),
      more: this.dropped || sorted.length > this.limit,
    };
  }

  private trim(): void {
    const sorted = [...this.kept].sort(([, one], [, other]) => newestFirst(one, other));
    this.dropped = true;
    this.kept = new Map(sorted.slice(0, this.limit));
  }
}
