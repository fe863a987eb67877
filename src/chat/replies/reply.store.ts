import { Injectable } from '@nestjs/common';
import type { Session } from '../../auth/session.js';
import { SessionService } from '../../auth/session.service.js';
import { DomainError } from '../../errors/domain.error.js';
import { SharedState, type StateKey } from '../../state/shared-state.js';
import type { ReplyRecord } from './reply.js';
import { ReplyLog } from './reply.log.js';
import type { ReplyOutcome } from './reply.view.js';

/** A session's replies; a session that reaches this many has to be begun anew. */
const MAX_REPLIES = 200;
const MAX_TRIES = 20;
/** Records opened in one turn of the event loop. */
const CHUNK = 25;

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
    return this.open(session, replyId, sealed);
  }

  /** The session's replies, oldest first. */
  async all(session: Session): Promise<ReplyRecord[]> {
    const ids = await this.ids(session);
    const records: ReplyRecord[] = [];
    while (records.length < ids.length) {
      const chunk = ids.slice(records.length, records.length + CHUNK);
      records.push(...(await Promise.all(chunk.map((id) => this.find(session, id)))));
    }
    return records;
  }

  /** Notes what became of a reply, unless its session has ended or its record changes meanwhile. */
  async conclude(session: Session, replyId: string, outcome: ReplyOutcome): Promise<void> {
    const key = recordKey(session.id, replyId);
    const sealed = await this.state.get(key);
    if (!sealed) return;
    const record = { ...this.open(session, replyId, sealed), outcome };
    const ttl = this.sessions.lifetime(session.identity);
    await this.state.replace(key, sealed, this.seal(session, record), ttl);
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
    const ttl = this.sessions.lifetime(session.identity);
    await this.state.set(recordKey(session.id, record.id), this.seal(session, record), ttl);
  }

  private seal({ id: sessionId, identity }: Session, record: ReplyRecord): string {
    return identity.sealer.seal(JSON.stringify(record), contextOf(sessionId, record.id));
  }

  private open({ id: sessionId, identity }: Session, replyId: string, sealed: string): ReplyRecord {
    try {
      return JSON.parse(identity.sealer.open(sealed, contextOf(sessionId, replyId))) as ReplyRecord;
    } catch (cause) {
      throw new DomainError('reply_lost', 'The reply cannot be read any more.', { cause });
    }
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
