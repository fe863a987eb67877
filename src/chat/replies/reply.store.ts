import { Injectable } from '@nestjs/common';
import type { Session } from '../../auth/session.js';
import { SessionService } from '../../auth/session.service.js';
import { DomainError } from '../../errors/domain.error.js';
import type { ProblemCode } from '../../errors/problem.catalog.js';
import { outlast } from '../../state/outlast.js';
import { openText, sealText } from '../../state/sealed.text.js';
import { MAX_RECORD_BYTES, SharedState, type StateKey } from '../../state/shared-state.js';
import { inPortions } from './in-portions.js';
import { KeptBytes } from './kept.bytes.js';
import type { EndedContent } from './reply.content.js';
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
const contentKey = (sessionId: string, replyId: string): StateKey => ({
  scope: sessionId,
  name: `content:${replyId}`,
});

/** A reply that a later release wrote, before it was rolled back, or that a store lost in part. */
export interface UnreadableReply {
  readonly id: string;
  readonly unreadable: DomainError;
}

const LOST: ReadonlySet<ProblemCode> = new Set(['reply_lost', 'reply_not_found']);

/**
 * The replies of a session in the shared state: an index, and for each a sealed record, a log, and what
 * it came to when it has ended.
 */
@Injectable()
export class ReplyStore {
  constructor(
    private readonly state: SharedState,
    private readonly sessions: SessionService,
    private readonly kept: KeptBytes,
  ) {}

  /** @throws DomainError `too_many_replies` when the session has had as many as it may. */
  async add(session: Session, record: ReplyRecord): Promise<void> {
    await this.kept.check(session);
    await this.put(session, record);
    await this.enlist(session, record.id);
  }

  /** @throws DomainError `reply_not_found`. */
  async find(session: Session, replyId: string): Promise<ReplyRecord> {
    const key = recordKey(session.id, replyId);
    const sealed = await this.state.get(key);
    if (!sealed) throw new DomainError('reply_not_found', 'This session has no such reply.');
    return (await this.open(session, key, sealed)) as ReplyRecord;
  }

  /** The session's replies that can be read, oldest first. */
  async all(session: Session): Promise<ReplyRecord[]> {
    const records = await this.list(session);
    return records.flatMap((record) => ('unreadable' in record ? [] : [record]));
  }

  /** All of the session's replies, oldest first. */
  async list(session: Session): Promise<(ReplyRecord | UnreadableReply)[]> {
    return inPortions(await this.ids(session), async (id) => {
      try {
        return await this.find(session, id);
      } catch (error) {
        const isLost = error instanceof DomainError && LOST.has(error.code);
        if (!isLost) throw error;
        return { id, unreadable: error };
      }
    });
  }

  /** What a reply that has ended came to; undefined where that is not kept. */
  async content(session: Session, replyId: string): Promise<EndedContent | undefined> {
    const key = contentKey(session.id, replyId);
    const sealed = await this.state.get(key);
    if (sealed === undefined) return undefined;
    return (await this.open(session, key, sealed)) as EndedContent;
  }

  /**
   * Keeps what a reply that has ended came to, unless its session has ended, too, or it is more than
   * one record holds.
   */
  async keepContent(session: Session, replyId: string, content: EndedContent): Promise<void> {
    const key = contentKey(session.id, replyId);
    const ttl = this.sessions.lifetime(session.identity);
    try {
      const sealed = await this.seal(session, key, content);
      if (sealed.length > MAX_RECORD_BYTES) return;
      const isNew = await this.state.replace(key, undefined, sealed, ttl);
      // Its log holds the same once more, event by event.
      const bytes = sealed.length + logBytes(content, sealed.length);
      if (isNew) await this.kept.addReply(session, bytes);
    } finally {
      // It may have been written all the same, and the session may have ended just before.
      await outlast(async () => {
        const record = await this.state.get(recordKey(session.id, replyId));
        if (record === undefined) await this.state.take(key);
      });
    }
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
    const key = recordKey(session.id, record.id);
    const ttl = this.sessions.lifetime(session.identity);
    await this.state.set(key, await this.seal(session, key, record), ttl);
  }

  private seal({ identity }: Session, { scope, name }: StateKey, value: unknown): Promise<string> {
    return sealText(identity.sealer, JSON.stringify(value), `{${scope}}:${name}`);
  }

  private async open(
    { identity }: Session,
    { scope, name }: StateKey,
    sealed: string,
  ): Promise<unknown> {
    try {
      return JSON.parse(await openText(identity.sealer, sealed, `{${scope}}:${name}`)) as unknown;
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

/**
 * About what its log takes. Of the events that it came from only the last may be long enough to be
 * compressed, for the coverage it tells; then it takes no more than all of the content does.
 */
function logBytes(content: EndedContent, contentBytes: number): number {
  const told = sealedBytes({ ...content, coverage: undefined });
  return told + Math.min(sealedBytes(content.coverage ?? {}), contentBytes);
}

/** In base64, uncompressed. */
const sealedBytes = (value: object): number =>
  Math.ceil((Buffer.byteLength(JSON.stringify(value)) * 4) / 3);
