import { Injectable } from '@nestjs/common';
import type { Identity } from '../auth/session.js';
import { SessionService } from '../auth/session.service.js';
import { Environment } from '../config/environment.js';
import { DomainError } from '../errors/domain.error.js';
import { ConnectionCap } from '../ops/connection.cap.js';
import { Drain } from '../ops/drain.js';
import { outlast } from '../state/outlast.js';
import { SharedState, type StateKey } from '../state/shared-state.js';
import { Pod } from './replies/pod.js';

/** A failed compare-and-set means that another one succeeded. */
const MAX_TRIES = 100;
/** A connection that broke off without a word is found dead within that. */
const RETRY_AFTER_MS = 30_000;

/** How many each pod has open, by the pod's id. */
type Counts = Readonly<Record<string, number>>;

const keyOf = (sessionId: string): StateKey => ({ scope: sessionId, name: 'sockets' });

/**
 * How many sockets and event streams one session has open, on whichever pods. Each pod writes down its
 * own number as it is, whenever it changes, so a lost update is put right by the next one; the numbers
 * of pods that have died are left out as soon as they would keep somebody out.
 */
@Injectable()
export class SocketLimit {
  private readonly open = new Map<string, number>();

  constructor(
    private readonly state: SharedState,
    private readonly sessions: SessionService,
    private readonly pod: Pod,
    private readonly cap: ConnectionCap,
    private readonly drain: Drain,
    private readonly environment: Environment,
  ) {}

  /**
   * Takes one of the session's places, and one of this process's.
   * @returns what gives them back; may be called more than once.
   * @throws DomainError `too_many_sockets`, `server_busy`.
   */
  async enter(identity: Identity): Promise<() => void> {
    const { sessionId } = identity;
    if (this.count(sessionId) >= this.environment.SOCKETS_PER_SESSION) throw this.tooMany();
    const release = this.cap.hold();
    this.add(sessionId, 1);
    let isOpen = true;
    const leave = (): void => {
      if (!isOpen) return;
      isOpen = false;
      release();
      this.add(sessionId, -1);
      this.forget(identity);
    };
    try {
      await this.write(identity, this.environment.SOCKETS_PER_SESSION);
    } catch (error) {
      leave();
      throw error;
    }
    return leave;
  }

  /** A pod that is about to end is forgotten as a whole. */
  private forget(identity: Identity): void {
    const { draining } = this.drain;
    if (draining.aborted) return;
    outlast(() => this.write(identity), draining).catch(() => undefined);
  }

  /** @throws DomainError `too_many_sockets` when there are more than `limit` on all pods together. */
  private async write(identity: Identity, limit = Infinity): Promise<void> {
    const key = keyOf(identity.sessionId);
    for (let attempt = 0; attempt < MAX_TRIES; attempt += 1) {
      const stored = await this.state.get(key);
      const counts = this.withOwn(identity.sessionId, stored);
      const kept = sum(counts) > limit ? await this.ofLivingPods(counts) : counts;
      if (sum(kept) > limit) throw this.tooMany();
      // What is written down for a session that has ended would outlive it.
      if (limit === Infinity && stored === undefined) return;
      const ttl = this.sessions.lifetime(identity);
      if (await this.state.replace(key, stored, JSON.stringify(kept), ttl)) return;
    }
    throw new DomainError('state_unavailable', 'Too many sockets open at the moment.');
  }

  private withOwn(sessionId: string, stored: string | undefined): Counts {
    const others = Object.entries(JSON.parse(stored ?? '{}') as Counts);
    const counts = new Map([...others, [this.pod.id, this.count(sessionId)]]);
    return Object.fromEntries([...counts].filter(([, count]) => count > 0));
  }

  private async ofLivingPods(counts: Counts): Promise<Counts> {
    const entries = await Promise.all(
      Object.entries(counts).map(async (entry) =>
        (await this.pod.isAlive(entry[0])) ? [entry] : [],
      ),
    );
    return Object.fromEntries(entries.flat());
  }

  private count(sessionId: string): number {
    return this.open.get(sessionId) ?? 0;
  }

  private add(sessionId: string, by: number): void {
    const count = this.count(sessionId) + by;
    if (count === 0) this.open.delete(sessionId);
    else this.open.set(sessionId, count);
  }

  private tooMany(): DomainError {
    const limit = String(this.environment.SOCKETS_PER_SESSION);
    return new DomainError(
      'too_many_sockets',
      `A session has at most ${limit} sockets and event streams open.`,
      { retryAt: new Date(Date.now() + RETRY_AFTER_MS) },
    );
  }
}

const sum = (counts: Counts): number =>
  Object.values(counts).reduce((one, other) => one + other, 0);
