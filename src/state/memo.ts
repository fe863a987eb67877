import { RecentlyUsed } from './recently-used.js';

const MAX_AGE_MS = 60_000;

/**
 * What was worked out before, bounded, and forgotten after a minute at most: nothing of a session
 * stays in this process for longer than that when nobody uses it any more.
 */
export class Memo<Value> {
  private readonly values: RecentlyUsed<Value>;
  private forgetting?: NodeJS.Timeout;

  /** @param bound Of all weights together. */
  constructor(bound: number) {
    this.values = new RecentlyUsed(bound);
  }

  get(name: string): Value | undefined {
    return this.values.get(name);
  }

  set(name: string, value: Value, weight = 1): void {
    this.values.set(name, value, weight);
    this.forgetting ??= setTimeout(() => this.forget(), MAX_AGE_MS).unref();
  }

  /** Forgets everything at once, as at the end of the server. */
  forget(): void {
    clearTimeout(this.forgetting);
    this.forgetting = undefined;
    this.values.clear();
  }
}
