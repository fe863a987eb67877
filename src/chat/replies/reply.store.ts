import { Injectable } from '@nestjs/common';
import type { Session } from '../../auth/session.js';
import { SessionService } from '../../auth/session.service.js';
import { DomainError } from '../../errors/domain.error.js';
import { SharedState, type StateKey } from '../../state/shared-state.js';
import type { ReplyRecord } from './reply.js';
import { ReplyLog } from './reply.log.js';

/** A session's replies; a session that reaches this many has to be begun anew. */
const MAX_REPLIES = 200;
const MAX_TRIES = 20;

const recordKey = (sessionId: string, replyId: string): StateKey => ({
  scope: sessionId,
  name: `reply:${replyId}`,
});
const indexKey = (sessionId: string): StateKey => ({ scope: sessionId, name: 'replies' });
const contextOf = (sessionId: string, replyId: string): string => `{${sessionId}}:reply:${replyId}`;

/** The replies of a session in the shared state: an index, and for each a sealed record and a log. */
@Injectable()
export class ReplyStore {
  constructor(
    private readonly state: SharedState,
    private readonly sessions: SessionService,
  ) {}

  /** @throws DomainError `too_many_replies` when the session has had as many as it may. */
  async add(session: Session, record: ReplyRecord): Promise<void> {
    await this.put(session, record);
    await this.enlist(session, record.id);
  }

  /** @throws DomainError `reply_not_found`. */
  async find(session: Session, replyId: string): Promise<ReplyRecord> {
    const sealed = await this.state.get(recordKey(session.id, replyId));
    if (!sealed) throw new DomainError('reply_not_found', 'This session has no such reply.');
    try {
      const text = session.identity.sealer.open(sealed, contextOf(session.id, replyId));
      return JSON.parse(text) as ReplyRecord;
    } catch (cause) {
      throw new DomainError('reply_lost', 'The reply cannot be read any more.', { cause });
    }
  }

  /** The session's replies, oldest first. */
  async all(session: Session): Promise<ReplyRecord[]> {
    const ids = await this.ids(session);
    return Promise.all(ids.map((id) => this.find(session, id)));
  }

  /** Notes that what was written of a reply is gone, and its writer too. */
  async lose(session: Session, record: ReplyRecord): Promise<void> {
    await this.put(session, { ...record, lost: true });
  }

  log(session: Session, replyId: string): ReplyLog {
    return new ReplyLog(this.state, session, replyId);
  }

  private ids(session: Session): Promise<string[]> {
    return this.state.read(indexKey(session.id), 0, MAX_REPLIES);
  }

  private async put(session: Session, record: ReplyRecord): Promise<void> {
    const sealed = session.identity.sealer.seal(
      JSON.stringify(record),
      contextOf(session.id, record.id),
    );
    const ttl = this.sessions.lifetime(session.identity);
    await this.state.set(recordKey(session.id, record.id), sealed, ttl);
  }

  private async enlist(session: Session, replyId: string): Promise<void> {
    const ttl = this.sessions.lifetime(session.identity);
    let length = (await this.ids(session)).length;
    for (let attempt = 0; attempt < MAX_TRIES; attempt += 1) {
      if (length >= MAX_REPLIES) break;
      const result = await this.state.append(indexKey(session.id), length, [replyId], ttl);
      if (result.appended) return;
      length = result.length;
    }
    throw new DomainError(
      'too_many_replies',
      `A session holds at most ${String(MAX_REPLIES)} replies; sign in again to begin a new one.`,
    );
  }
}
