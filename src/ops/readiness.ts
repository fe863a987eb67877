import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { SharedState } from '../state/shared-state.js';
import { Drain } from './drain.js';

/** All pods have the same state: one that is briefly away is no reason to take every one of them out. */
const GRACE_MS = 10_000;

/** Whether this process can serve: it is not about to end, and its shared state answers. */
@Injectable()
export class Readiness implements OnApplicationBootstrap {
  private answeredAt = -Infinity;

  constructor(
    private readonly state: SharedState,
    private readonly drain: Drain,
  ) {}

  /** What has answered once may be briefly away from then on, also before the first probe. */
  async onApplicationBootstrap(): Promise<void> {
    const [first] = await Promise.allSettled([this.state.ping()]);
    if (first.status === 'fulfilled') this.answeredAt = performance.now();
  }

  /** @throws DomainError `draining`, or `state_unavailable` when the state is away for over 10 seconds. */
  async check(): Promise<void> {
    this.drain.check();
    try {
      await this.state.ping();
      this.answeredAt = performance.now();
    } catch (error) {
      if (performance.now() - this.answeredAt > GRACE_MS) throw error;
    }
  }
}
