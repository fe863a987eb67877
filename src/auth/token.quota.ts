import { Injectable } from '@nestjs/common';
import { createHmac } from 'node:crypto';
import { DateTime } from 'luxon';
import { Environment } from '../config/environment.js';
import { DomainError } from '../errors/domain.error.js';
import { outlast } from '../state/outlast.js';
import { SharedState, type StateKey } from '../state/shared-state.js';

/** Every try that fails means that another one succeeded. */
const MAX_TRIES = 100;

/** The language model's tokens a user has for a day. */
export interface QuotaState {
  readonly limit: number;
  readonly used: number;
  /** Midnight UTC, when it begins again. */
  readonly renewsAt: Date;
}

/** Tokens set aside for one reply. */
export interface Reservation {
  readonly replyId: string;
  readonly tokens: number;
  /** The day they count for, such as `2025-05-12` (UTC). */
  readonly day: string;
}

/** What a user's replies have cost on one day. */
interface Account {
  readonly settled: number;
  /** What is set aside for replies that nobody has settled, by their ids. */
  readonly reserved: Readonly<Record<string, number>>;
}

const UNUSED: Account = { settled: 0, reserved: {} };

/**
 * Counts each user's tokens by day (UTC), whichever session and pod they are spent on. They are set
 * aside before they are spent, once for each reply however often that is asked; a reply that nobody
 * settles stays charged until the day is over. Outages of the store that pass are waited out.
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
    const { day, renewsAt } = today();
    const used = usedOf(accountIn(await this.state.get(this.keyOf(user, day))));
    return { limit, used, renewsAt };
  }

  /** @throws DomainError `quota_exceeded` when nothing is left of today's tokens. */
  async check(user: string): Promise<void> {
    const state = await this.look(user);
    if (state && state.used >= state.limit) throw exceeded(state);
  }

  /**
   * Sets tokens aside for a reply, unless that is done or more than what is left of today's.
   * @param signal Ends the waiting for the store.
   * @throws DomainError `quota_exceeded`.
   */
  async reserve(
    user: string,
    replyId: string,
    tokens: number,
    signal?: AbortSignal,
  ): Promise<Reservation> {
    const { REPLY_TOKENS_PER_DAY: limit } = this.environment;
    const { day, renewsAt } = today();
    if (!limit || tokens === 0) return { replyId, tokens: 0, day };
    const setAside = (account: Account): Account => {
      if (account.reserved[replyId] !== undefined) return account;
      const used = usedOf(account);
      if (used + tokens > limit) throw exceeded({ limit, used, renewsAt });
      return { ...account, reserved: { ...account.reserved, [replyId]: tokens } };
    };
    await outlast(() => this.change(this.keyOf(user, day), setAside), signal);
    return { replyId, tokens, day };
  }

  /** The tokens that are set aside for a reply today; undefined: none are. */
  async find(user: string, replyId: string): Promise<Reservation | undefined> {
    if (!this.environment.REPLY_TOKENS_PER_DAY) return undefined;
    const { day } = today();
    const { reserved } = accountIn(await this.state.get(this.keyOf(user, day)));
    const tokens = reserved[replyId];
    return tokens === undefined ? undefined : { replyId, tokens, day };
  }

  /** Charges what was spent in place of what was set aside; does nothing where that is done. */
  async settle(user: string, { replyId, tokens, day }: Reservation, spent: number): Promise<void> {
    if (tokens === 0 || day !== today().day) return;
    const charge = (account: Account): Account => {
      const { [replyId]: reserved, ...others } = account.reserved;
      if (reserved === undefined) return account;
      return { settled: account.settled + spent, reserved: others };
    };
    await outlast(() => this.change(this.keyOf(user, day), charge));
  }

  /** May be repeated after an answer was lost, as each change does nothing when it was made. */
  private async change(key: StateKey, toNext: (account: Account) => Account): Promise<void> {
    for (let attempt = 0; attempt < MAX_TRIES; attempt += 1) {
      const stored = await this.state.get(key);
      const account = accountIn(stored);
      const next = toNext(account);
      if (next === account) return;
      if (await this.state.replace(key, stored, JSON.stringify(next), today().leftMs)) return;
    }
    throw new DomainError('state_unavailable', 'Too many replies of one user at the moment.');
  }

  /** Names the user to nobody who reads the store. */
  private keyOf(user: string, day: string): StateKey {
    const [secret = ''] = this.environment.JWT_SECRET_KEY;
    const hash = createHmac('sha256', secret).update(`git-recap/quota ${user}`).digest('base64url');
    return { scope: `quota:${hash}`, name: day };
  }
}

const accountIn = (stored: string | undefined): Account =>
  stored === undefined ? UNUSED : (JSON.parse(stored) as Account);

const usedOf = ({ settled, reserved }: Account): number =>
  Object.values(reserved).reduce((sum, tokens) => sum + tokens, settled);

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
