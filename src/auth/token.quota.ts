import { Injectable } from '@nestjs/common';
import { createHmac } from 'node:crypto';
import { DateTime } from 'luxon';
import { Environment } from '../config/environment.js';
import { DomainError } from '../errors/domain.error.js';
import { outlast } from '../state/outlast.js';
import { SharedState, type StateKey } from '../state/shared-state.js';

/** The language model's tokens a user has for a day. */
export interface QuotaState {
  readonly limit: number;
  readonly used: number;
  /** Midnight UTC, when it begins again. */
  readonly renewsAt: Date;
}

/** Tokens set aside for one reply. */
export interface Reservation {
  readonly tokens: number;
  /** The day they count for, such as `2025-05-12` (UTC). */
  readonly day: string;
}

/**
 * Counts each user's tokens by day (UTC), whichever session and pod they are spent on. They are set
 * aside before they are spent: a reply that nobody settles stays charged until the day is over.
 */
@Injectable()
export class TokenQuota {
  constructor(
    private readonly state: SharedState,
    private readonly environment: Environment,
  ) {}

  /** @returns undefined where there is no quota. */
  async look(user: string): Promise<QuotaState | undefined> {
    const limit = this.environment.REPLY_TOKENS_PER_DAY;
    if (!limit) return undefined;
    const { day, renewsAt, leftMs } = today();
    const { count } = await this.state.increment(this.keyOf(user, day), 0, leftMs);
    return { limit, used: count, renewsAt };
  }

  /** @throws DomainError `quota_exceeded` when nothing is left of today's tokens. */
  async check(user: string): Promise<void> {
    const state = await this.look(user);
    if (state && state.used >= state.limit) throw exceeded(state);
  }

  /**
   * Sets tokens aside, unless that is more than what is left of today's.
   * A passing outage of the store is waited out, until `signal` is aborted.
   * @throws DomainError `quota_exceeded`.
   */
  async reserve(user: string, tokens: number, signal?: AbortSignal): Promise<Reservation> {
    const { REPLY_TOKENS_PER_DAY: limit } = this.environment;
    const { day, renewsAt } = today();
    if (!limit || tokens === 0) return { tokens: 0, day };
    const key = this.keyOf(user, day);
    const count = await this.addOnce(key, tokens, signal);
    if (count <= limit) return { tokens, day };
    await this.addOnce(key, -tokens, signal);
    throw exceeded({ limit, used: count - tokens, renewsAt });
  }

  /** Charges what was spent in place of what was set aside; a passing outage of the store is waited out. */
  async settle(user: string, { tokens, day }: Reservation, spent: number): Promise<void> {
    if (tokens === 0 || day !== today().day) return;
    await this.addOnce(this.keyOf(user, day), spent - tokens);
  }

  /**
   * Adds to a day's count. When the answer is lost, a count that has moved is taken for one that was
   * added to: at worst another reply of the same user, at the same moment, spares this one its charge.
   */
  private async addOnce(key: StateKey, by: number, signal?: AbortSignal): Promise<number> {
    const look = async (add: number): Promise<number> =>
      (await this.state.increment(key, add, today().leftMs)).count;
    const before = await outlast(() => look(0), signal);
    let asked = false;
    return outlast(async () => {
      const now = asked ? await look(0) : before;
      if (by > 0 ? now > before : now < before) return now;
      asked = true;
      return look(by);
    }, signal);
  }

  /** Names the user to nobody who reads the store. */
  private keyOf(user: string, day: string): StateKey {
    const [secret = ''] = this.environment.JWT_SECRET_KEY;
    const hash = createHmac('sha256', secret).update(`git-recap/quota ${user}`).digest('base64url');
    return { scope: `quota:${hash}`, name: day };
  }
}

function today(): { day: string; renewsAt: Date; leftMs: number } {
  const now = DateTime.utc();
  const midnight = now.startOf('day').plus({ days: 1 });
  const leftMs = Math.max(1, Math.ceil(midnight.diff(now).milliseconds));
  return { day: now.toISODate(), renewsAt: midnight.toJSDate(), leftMs };
}

function exceeded({ limit, used, renewsAt }: QuotaState): DomainError {
  return new DomainError(
    'quota_exceeded',
    `Of your ${String(limit)} tokens a day ${String(Math.max(0, limit - used))} are left, too few for this reply.`,
    { retryAt: renewsAt },
  );
}
