import { Injectable } from '@nestjs/common';
import { randomBytes } from 'node:crypto';
import type { Session } from '../../auth/session.js';
import { SessionService } from '../../auth/session.service.js';
import { TokenQuota } from '../../auth/token.quota.js';
import { Environment } from '../../config/environment.js';
import { DomainError } from '../../errors/domain.error.js';
import { Drain } from '../../ops/drain.js';
import { RepositoryService } from '../../recap/repository.service.js';
import { Conversation } from './conversation.js';
import { inPortions } from './in-portions.js';
import { ReplyContents } from './reply.contents.js';
import type { RecapRequest, ReplyEvent, ReplyRecord } from './reply.js';
import { followReply } from './reply.follower.js';
import { ReplyKeeper } from './reply.keeper.js';
import { ReplyStore, type UnreadableReply } from './reply.store.js';
import type { ReplyDto } from './replies.dto.js';
import { viewReply, viewUnreadable } from './reply.view.js';
import { RunningLimit } from './running.limit.js';

/** Starts, follows and cancels replies. */
@Injectable()
export class ReplyService {
  constructor(
    private readonly store: ReplyStore,
    private readonly keeper: ReplyKeeper,
    private readonly contents: ReplyContents,
    private readonly limit: RunningLimit,
    private readonly conversation: Conversation,
    private readonly repositories: RepositoryService,
    private readonly sessions: SessionService,
    private readonly quota: TokenQuota,
    private readonly environment: Environment,
    private readonly drain: Drain,
  ) {}

  /**
   * Starts a recap and returns at once; what becomes of it is in its log. A request for repositories
   * that the session cannot read starts nothing.
   * @throws DomainError `repository_not_found`, `too_many_replies`, `quota_exceeded`, `draining`.
   */
  async start(session: Session, request: Omit<RecapRequest, 'kind'>): Promise<ReplyRecord> {
    await this.repositories.choose(session, request.filter.repo, this.drain.deadline);
    return this.begin(session, { kind: 'recap', ...request });
  }

  /**
   * Starts an answer about a recap's actions.
   * @param replyId The recap, or an answer about it; absent: the session's latest recap.
   * @throws DomainError `recap_required`, `reply_not_found`, `too_many_replies`, `quota_exceeded`, `draining`.
   */
  async ask(session: Session, question: string, replyId?: string): Promise<ReplyRecord> {
    const about = await this.conversation.findRecap(session, replyId);
    return this.begin(session, { kind: 'chat', question, about });
  }

  /** @throws DomainError `reply_not_found`, before the first event. */
  async follow(
    session: Session,
    replyId: string,
    after: number,
    signal: AbortSignal,
  ): Promise<AsyncGenerator<ReplyEvent, void>> {
    const record = await this.store.find(session, replyId);
    const log = this.store.log(session, replyId);
    return followReply(log, after, signal, this.keeper.vigil(session, record));
  }

  /** Whether a reply has ended and there is nothing behind number `after`. @throws DomainError `reply_not_found`. */
  async isOver(session: Session, replyId: string, after: number): Promise<boolean> {
    await this.store.find(session, replyId);
    return this.store.log(session, replyId).isOver(after);
  }

  /** What there is of a reply now; asking for it is waiting for it. @throws DomainError `reply_not_found`. */
  async view(session: Session, replyId: string): Promise<ReplyDto> {
    return this.look(session, await this.store.find(session, replyId));
  }

  /** The session's replies, oldest first. */
  async list(session: Session): Promise<ReplyDto[]> {
    const records = await this.store.list(session);
    return inPortions(records, (record) => this.lookOrLost(session, record));
  }

  /** Asks for the end of a reply, on whichever pod it is written; does nothing to one that has ended. */
  async cancel(session: Session, replyId: string): Promise<void> {
    const record = await this.store.find(session, replyId);
    await this.store.log(session, replyId).cancel(this.sessions.lifetime(session.identity));
    // One that nobody writes needs somebody who ends it.
    if (record.lost) return;
    try {
      await this.keeper.tend(session, record, 0);
    } catch (error) {
      // Nobody writes it, and a full store has no room for somebody who does: there is nothing to stop.
      if (!(error instanceof DomainError && error.code === 'state_full')) throw error;
    }
  }

  private async begin(session: Session, request: ReplyRecord['request']): Promise<ReplyRecord> {
    this.checkRoom();
    await this.quota.check(session.identity.subject);
    const record: ReplyRecord = {
      id: randomBytes(12).toString('base64url'),
      createdAt: new Date().toISOString(),
      request,
    };
    await this.limit.enter(session, record.id);
    await this.keeper.begin(session, record);
    return record;
  }

  /** One that cannot be read takes none of the others with it. */
  private async lookOrLost(
    session: Session,
    record: ReplyRecord | UnreadableReply,
  ): Promise<ReplyDto> {
    if ('unreadable' in record) return viewUnreadable(record.id);
    try {
      return await this.look(session, record);
    } catch (error) {
      if (error instanceof DomainError && error.code === 'reply_lost') {
        return viewUnreadable(record.id);
      }
      throw error;
    }
  }

  private async look(session: Session, record: ReplyRecord): Promise<ReplyDto> {
    const view = viewReply(record, await this.contents.read(session, record));
    if (view.status === 'running') await this.keeper.tend(session, record, 0);
    return view;
  }

  private checkRoom(): void {
    this.drain.check();
    const limit = this.environment.REPLIES_PER_PROCESS;
    if (this.keeper.size >= limit) {
      throw new DomainError(
        'too_many_replies',
        `This server writes at most ${String(limit)} replies at once.`,
      );
    }
  }
}
