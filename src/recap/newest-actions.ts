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

/**
 * Keeps the newest actions after a position, each once, in memory that depends on how many are
 * wanted and not on how many come by.
 */
export class NewestActions {
  private kept = new Map<string, Action>();
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
      if (this.after && newestFirst(action, this.after) <= 0) continue;
      if (this.kept.has(action.id)) continue;
      this.kept.set(action.id, action);
      if (this.kept.size >= 2 * this.limit + 1) this.trim();
    }
  }

  /** The newest, at most the limit, and whether there were more. */
  result(): { actions: Action[]; more: boolean } {
    const sorted = [...this.kept.values()].sort(newestFirst);
    return {
      actions: sorted.slice(0, this.limit),
      more: this.dropped || sorted.length > this.limit,
    };
  }

  private trim(): void {
    const sorted = [...this.kept.values()].sort(newestFirst);
    this.dropped = true;
    this.kept = new Map(sorted.slice(0, this.limit).map((action) => [action.id, action]));
  }
}
