import { Injectable } from '@nestjs/common';
import type { Session } from '../../auth/session.js';
import { SessionService } from '../../auth/session.service.js';
import { Environment } from '../../config/environment.js';
import { DomainError } from '../../errors/domain.error.js';
import { outlast } from '../../state/outlast.js';
import { SharedState, type StateKey } from '../../state/shared-state.js';
import { ReplyStore } from './reply.store.js';

/** Every try that fails means that another one succeeded. */
const MAX_TRIES = 100;

const runningKey = (session: Session): StateKey => ({ scope: session.id, name: 'running' });

/** How many replies of one session are written at once, on whichever pods. */
@Injectable()
export class RunningLimit {
  constructor(
    private readonly state: SharedState,
    private readonly sessions: SessionService,
    private readonly store: ReplyStore,
    private readonly environment: Environment,
  ) {}

  /** @throws DomainError `too_many_replies` when as many are being written as may be. */
  async enter(session: Session, replyId: string): Promise<void> {
    const limit = this.environment.REPLIES_PER_SESSION;
    const entered = this.change(session, async (ids) => {
      const running = ids.length < limit ? ids : await this.onlyRunning(session, ids);
      if (running.length >= limit) {
        throw new DomainError(
          'too_many_replies',
          `A session has at most ${String(limit)} replies being written at once.`,
        );
      }
      return [...running, replyId];
    });
    try {
      await entered;
    } catch (error) {
      // It may have been noted all the same.
      if (isUnavailable(error)) this.leave(session, replyId);
      throw error;
    }
  }

  /** Makes room for another, when an outage of the store allows: one that never began ends in no log. */
  leave(session: Session, replyId: string): void {
    const left = outlast(() => this.change(session, (ids) => ids.filter((id) => id !== replyId)));
    left.catch(() => undefined);
  }

  private async change(
    session: Session,
    next: (ids: readonly string[]) => readonly string[] | Promise<readonly string[]>,
  ): Promise<void> {
    const key = runningKey(session);
    for (let attempt = 0; attempt < MAX_TRIES; attempt += 1) {
      const stored = await this.state.get(key);
      const ids = stored === undefined ? [] : (JSON.parse(stored) as string[]);
      const changed = JSON.stringify(await next(ids));
      const ttl = this.sessions.lifetime(session.identity);
      if (await this.state.replace(key, stored, changed, ttl)) return;
    }
    throw new DomainError('state_unavailable', 'Too many replies begin at the moment.');
  }

  /** One that a pod that died has left may still be here when it has ended elsewhere. */
  private async onlyRunning(session: Session, ids: readonly string[]): Promise<string[]> {
    const ended = await Promise.all(ids.map((id) => this.store.log(session, id).hasEnded()));
    return ids.filter((_, index) => !ended[index]);
  }
}

const isUnavailable = (error: unknown): boolean =>
  error instanceof DomainError && error.code === 'state_unavailable';
