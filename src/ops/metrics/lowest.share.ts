/** How long a low share is remembered, at least; twice that at most. */
const WINDOW_MS = 60_000;

/** The lowest of the shares that were seen lately, by name. */
export class LowestShare {
  private older = new Map<string, number>();
  private newer = new Map<string, number>();
  private turnedAt: number;

  /** @param now A clock in milliseconds. */
  constructor(private readonly now: () => number = () => performance.now()) {
    this.turnedAt = now();
  }

  see(name: string, share: number): void {
    this.turn();
    this.newer.set(name, Math.min(share, this.newer.get(name) ?? 1));
  }

  /** Those of which something was seen lately. */
  lowest(): Map<string, number> {
    this.turn();
    const merged = new Map(this.older);
    for (const [name, share] of this.newer) {
      merged.set(name, Math.min(share, merged.get(name) ?? 1));
    }
    return merged;
  }

  private turn(): void {
    const windows = Math.floor((this.now() - this.turnedAt) / WINDOW_MS);
    if (windows === 0) return;
    this.older = windows === 1 ? this.newer : new Map<string, number>();
    this.newer = new Map();
    this.turnedAt += windows * WINDOW_MS;
  }
}
