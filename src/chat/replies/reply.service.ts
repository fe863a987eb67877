import { Injectable } from '@nestjs/common';
import { randomBytes } from 'node:crypto';
import type { Session } from '../../auth/session.js';
import { SessionService } from '../../auth/session.service.js';
import { DomainError } from '../../errors/domain.error.js';
import { Drain } from '../../ops/drain.js';
import { RepositoryService } from '../../recap/repository.service.js';
import type { RecapRequest, ReplyEvent, ReplyRecord } from './reply.js';
import { followReply } from './reply.follower.js';
import { ReplyRunner } from './reply.runner.js';
import { ReplyStore } from './reply.store.js';
import type { ReplyDto } from './replies.dto.js';
import { viewReply } from './reply.view.js';

/** Replies being written at once. */
const MAX_PER_SESSION = 4;
const MAX_PER_PROCESS = 500;

/** Starts, follows and cancels replies. */
@Injectable()
export class ReplyService {
  private readonly running = new Map<string, { sessionId: string; ended: Promise<void> }>();

  constructor(
    private readonly store: ReplyStore,
    private readonly runner: ReplyRunner,
    private readonly repositories: RepositoryService,
    private readonly sessions: SessionService,
    private readonly drain: Drain,
  ) {}

  /**
   * Starts a reply and returns at once; what becomes of it is in its log. A request for repositories
   * that the session cannot read starts nothing.
   * @throws DomainError `repository_not_found`, `too_many_replies`, `draining`.
   */
  async start(session: Session, request: RecapRequest): Promise<ReplyRecord> {
    await this.repositories.choose(session, request.filter.repo, this.drain.deadline);
    this.makeRoom(session);
    const record: ReplyRecord = {
      id: randomBytes(12).toString('base64url'),
      createdAt: new Date().toISOString(),
      request,
    };
    const begin = this.store.add(session, record);
    const ended = begin.then(
      () => this.runner.run(session, record, this.drain.deadline),
      () => undefined,
    );
    this.running.set(record.id, { sessionId: session.id, ended });
    this.drain.hold(ended);
    void ended.finally(() => this.running.delete(record.id));
    await begin;
    return record;
  }

  /** @throws DomainError `reply_not_found`, before the first event. */
  async follow(
    session: Session,
    replyId: string,
    after: number,
    signal: AbortSignal,
  ): Promise<AsyncGenerator<ReplyEvent, void>> {
    await this.store.find(session, replyId);
    return followReply(this.store.log(session, replyId), after, signal, () =>
      this.sessions.isAlive(session.id),
    );
  }

  /** Whether a reply has ended and there is nothing behind number `after`. @throws DomainError `reply_not_found`. */
  async isOver(session: Session, replyId: string, after: number): Promise<boolean> {
    await this.store.find(session, replyId);
    return this.store.log(session, replyId).isOver(after);
  }

  /** What there is of a reply now. @throws DomainError `reply_not_found`. */
  async view(session: Session, replyId: string): Promise<ReplyDto> {
    const record = await this.store.find(session, replyId);
    return viewReply(record, await this.store.log(session, replyId).readAll());
  }

  /** The session's replies, oldest first. */
  async list(session: Session): Promise<ReplyDto[]> {
    const ids = await this.store.ids(session);
    return Promise.all(ids.map((id) => this.view(session, id)));
  }

  /** Asks for the end of a reply, on whichever pod it is written; does nothing to one that has ended. */
  async cancel(session: Session, replyId: string): Promise<void> {
    await this.store.find(session, replyId);
    await this.store.log(session, replyId).cancel(this.sessions.lifetime(session.identity));
  }

  private makeRoom(session: Session): void {
    this.drain.check();
    const own = [...this.running.values()].filter(({ sessionId }) => sessionId === session.id);
    if (own.length >= MAX_PER_SESSION || this.running.size >= MAX_PER_PROCESS) {
      throw new DomainError(
        'too_many_replies',
        `A session has at most ${String(MAX_PER_SESSION)} replies being written at once.`,
      );
    }
  }
}
