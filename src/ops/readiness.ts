import { Injectable } from '@nestjs/common';
import { SharedState } from '../state/shared-state.js';
import { Drain } from './drain.js';

/** All pods have the same state: one that is briefly away is no reason to take every one of them out. */
const GRACE_MS = 10_000;

/** Whether this process can serve: it is not about to end, and its shared state answers. */
@Injectable()
export class Readiness {
  private answeredAt = -Infinity;

  constructor(
    private readonly state: SharedState,
    private readonly drain: Drain,
  ) {}

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
