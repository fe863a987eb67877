import { Injectable } from '@nestjs/common';
import { createHmac } from 'node:crypto';
import { Environment } from '../config/environment.js';
import { DomainError } from '../errors/domain.error.js';
import { SharedState, type StateKey } from '../state/shared-state.js';

/** Every try that fails means that another one succeeded. */
const MAX_TRIES = 100;

/** The sessions that each user has begun, oldest first, so that they do not pile up. */
@Injectable()
export class UserSessions {
  constructor(
    private readonly state: SharedState,
    private readonly environment: Environment,
  ) {}

  /**
   * Takes up a session that a user begins.
   * @param isAlive Whether one of the others still is.
   * @returns the oldest ones, that are to end: what is more than SESSIONS_PER_USER.
   */
  async add(
    user: string,
    sessionId: string,
    isAlive: (sessionId: string) => Promise<boolean>,
  ): Promise<string[]> {
    const { SESSIONS_PER_USER: limit, SESSION_MAX_SECONDS } = this.environment;
    const key = this.keyOf(user);
    for (let attempt = 0; attempt < MAX_TRIES; attempt += 1) {
      const stored = await this.state.get(key);
      const others = stored === undefined ? [] : (JSON.parse(stored) as string[]);
      const live = others.length < limit ? others : await onlyThose(others, isAlive);
      const all = [...live, sessionId];
      const kept = JSON.stringify(all.slice(-limit));
      const ttl = SESSION_MAX_SECONDS * 1000;
      if (await this.state.replace(key, stored, kept, ttl)) return all.slice(0, -limit);
    }
    throw new DomainError('state_unavailable', 'Too many sign-ins of one user at the moment.');
  }

  /** Names the user to nobody who reads the store. */
  private keyOf(user: string): StateKey {
    const [secret = ''] = this.environment.JWT_SECRET_KEY;
    const hash = createHmac('sha256', secret).update(`git-recap/user ${user}`).digest('base64url');
    return { scope: `user:${hash}`, name: 'sessions' };
  }
}

async function onlyThose(
  sessionIds: readonly string[],
  isAlive: (sessionId: string) => Promise<boolean>,
): Promise<string[]> {
  const alive = await Promise.all(sessionIds.map((sessionId) => isAlive(sessionId)));
  return sessionIds.filter((_, index) => alive[index]);
}
