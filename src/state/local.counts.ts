import { RecentlyUsed } from './recently-used.js';
import type { Count } from './shared-state.js';

/** The most callers that are counted at once; of more, those that have not come for longest begin again. */
const MAX_CALLERS = 100_000;

/** What this process alone has counted: each count begins again so long after its first increment. */
export class LocalCounts {
  private readonly counts = new RecentlyUsed<{ count: number; readonly endsAt: number }>(
    MAX_CALLERS,
  );

  increment(name: string, ttlMs: number): Count {
    const now = performance.now();
    const known = this.counts.get(name);
    const current = known && known.endsAt > now ? known : { count: 0, endsAt: now + ttlMs };
    current.count += 1;
    if (current !== known) this.counts.set(name, current, 1);
    return { count: current.count, ttlMs: current.endsAt - now };
  }
}
