import { type BeforeApplicationShutdown, Injectable, type OnModuleInit } from '@nestjs/common';
import { randomBytes } from 'node:crypto';
import { SharedState, type StateKey } from '../../state/shared-state.js';

/** A pod that has not been heard of for so long is dead. */
const HEARTBEAT_TTL_MS = 1_200;
const BEAT_EVERY_MS = 300;
const LOOK_EVERY_MS = 100;
/** After an outage of the store others need a moment to be heard of again. */
const GRACE_MS = 2 * BEAT_EVERY_MS;

const heartbeat = (podId: string): StateKey => ({ scope: `pod:${podId}`, name: 'heartbeat' });

/** This process among its equals: it lets the others hear that it lives, and hears which of them do. */
@Injectable()
export class Pod implements OnModuleInit, BeforeApplicationShutdown {
  readonly id = randomBytes(9).toString('base64url');
  private readonly watched = new Map<string, Set<() => void>>();
  private readonly lapseListeners = new Set<() => void>();
  private readonly timers: NodeJS.Timeout[] = [];
  private heardAt = performance.now();
  private connectedSince = performance.now();

  constructor(private readonly state: SharedState) {}

  async onModuleInit(): Promise<void> {
    await this.beat();
    this.timers.push(
      setInterval(() => void this.beat(), BEAT_EVERY_MS).unref(),
      setInterval(() => void this.look(), LOOK_EVERY_MS).unref(),
    );
  }

  /** From now on the others take this pod's replies for abandoned. */
  async beforeApplicationShutdown(): Promise<void> {
    for (const timer of this.timers) clearInterval(timer);
    await this.state.take(heartbeat(this.id)).catch(() => undefined);
  }

  /** @throws DomainError `state_unavailable`. */
  async isAlive(podId: string): Promise<boolean> {
    if (podId === this.id) return true;
    if ((await this.state.get(heartbeat(podId))) !== undefined) return true;
    return performance.now() - this.connectedSince < GRACE_MS;
  }

  /** Calls back once when the other pod is found dead. @returns what ends the watch. */
  onDeath(podId: string, listener: () => void): () => void {
    const listeners = this.watched.get(podId) ?? new Set();
    this.watched.set(podId, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.watched.get(podId) === listeners) this.watched.delete(podId);
    };
  }

  /** Calls back whenever the others may have taken this pod for dead. @returns what ends that. */
  onLapse(listener: () => void): () => void {
    this.lapseListeners.add(listener);
    return () => {
      this.lapseListeners.delete(listener);
    };
  }

  private async beat(): Promise<void> {
    try {
      await this.state.set(heartbeat(this.id), 'alive', HEARTBEAT_TTL_MS);
    } catch {
      this.connectedSince = performance.now();
      return;
    }
    const silentFor = performance.now() - this.heardAt;
    this.heardAt = performance.now();
    if (silentFor < HEARTBEAT_TTL_MS) return;
    this.connectedSince = performance.now();
    for (const listener of this.lapseListeners) listener();
  }

  private async look(): Promise<void> {
    await Promise.all([...this.watched.keys()].map((podId) => this.lookAt(podId)));
  }

  private async lookAt(podId: string): Promise<void> {
    try {
      if (await this.isAlive(podId)) return;
    } catch {
      this.connectedSince = performance.now();
      return;
    }
    const listeners = this.watched.get(podId);
    this.watched.delete(podId);
    for (const listener of listeners ?? []) listener();
  }
}
