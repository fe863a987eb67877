import { Injectable } from '@nestjs/common';
import { randomBytes } from 'node:crypto';
import type { Session } from '../../auth/session.js';
import { type Reservation, TokenQuota } from '../../auth/token.quota.js';
import { DomainError } from '../../errors/domain.error.js';
import type { Action } from '../../providers/action.js';
import { type Coverage, isComplete } from '../../providers/coverage.js';
import { ActivityService } from '../../recap/activity.service.js';
import { outlast } from '../../state/outlast.js';
import {
  RecapWriter,
  type UsageListener,
  type WriterEvent,
  type Written,
} from '../writer/recap.writer.js';
import { Conversation } from './conversation.js';
import type { ChatRequest, RecapRequest, ReplyEntry, ReplyRecord } from './reply.js';
import { type ChatWork, type RecapWork, ReplyJobs, type ReplyWork } from './reply.jobs.js';

/** A recap speaks of the newest actions of its window, at most this many. */
const MAX_ACTIONS = 5_000;

/** A reply with all it takes to write it. */
export interface PreparedReply {
  readonly actions: ReadonlyMap<string, Action>;
  readonly coverage: Coverage;
  /** Absent where there is no quota, or the day it was for is over. */
  readonly reservation?: Reservation;
  write(signal: AbortSignal, written: Written, onUsage: UsageListener): AsyncIterable<WriterEvent>;
}

/**
 * Gathers what a reply is written from, once: a pod that takes it over finds it gathered. A reply
 * has begun when this does, so a passing outage of the store is waited out.
 */
@Injectable()
export class ReplyPreparation {
  constructor(
    private readonly activity: ActivityService,
    private readonly conversation: Conversation,
    private readonly jobs: ReplyJobs,
    private readonly quota: TokenQuota,
    private readonly writer: RecapWriter,
  ) {}

  /**
   * @param tell Hears how far it is.
   * @throws DomainError `quota_exceeded`, `recap_required`, and what reading the actions throws.
   */
  async prepare(
    session: Session,
    record: ReplyRecord,
    signal: AbortSignal,
    tell: (entry: ReplyEntry) => void,
  ): Promise<PreparedReply> {
    const patiently = <T>(step: () => Promise<T>): Promise<T> => outlast(step, signal);
    const kept = await patiently(() => this.jobs.find(session, record.id));
    if (kept) {
      const prepared = await patiently(() => this.ready(session, record, kept));
      const find = () => this.quota.find(session.identity.subject, record.id);
      return { ...prepared, reservation: await patiently(find) };
    }

    const { request } = record;
    const whole = await patiently<ReplyWork>(() =>
      request.kind === 'recap'
        ? this.readActions(session, request, signal, tell)
        : this.recall(session, record.id, request),
    );
    const packed = await this.jobs.pack(session, record.id, whole);
    const prepared = await patiently(() => this.ready(session, record, packed.work));
    const reservation = await this.quota.reserve(
      session.identity.subject,
      record.id,
      prepared.estimate(),
      signal,
    );
    try {
      await patiently(() => this.jobs.save(session, record.id, packed));
    } catch (error) {
      // Nothing was spent, and whoever goes on sets it aside anew.
      await this.quota.settle(session.identity.subject, reservation, 0).catch(() => undefined);
      throw error;
    }
    return { ...prepared, reservation };
  }

  private async readActions(
    session: Session,
    { filter, bullets, style, language }: RecapRequest,
    signal: AbortSignal,
    tell: (entry: ReplyEntry) => void,
  ): Promise<RecapWork> {
    tell({ event: 'progress', stage: 'repositories', done: 0 });
    const { actions, coverage } = await this.activity.collect(
      session,
      { filter, limit: MAX_ACTIONS },
      signal,
      (done, total) => {
        tell({ event: 'progress', stage: 'actions', done, total });
      },
    );
    const job = {
      nonce: randomBytes(8).toString('hex'),
      actions,
      truncated: coverage.truncated,
      bots: coverage.bots,
      readAll: isComplete(coverage),
      from: filter.since,
      to: filter.until,
      timeZone: filter.timeZone,
      bullets,
      style,
      language,
    };
    return { kind: 'recap', coverage, job };
  }

  private async recall(
    session: Session,
    replyId: string,
    { question, about }: ChatRequest,
  ): Promise<ChatWork> {
    const [recap, earlier] = await Promise.all([
      this.conversation.textOf(session, about),
      this.conversation.turns(session, about, replyId),
    ]);
    return { kind: 'chat', job: { recap, ...earlier, question } };
  }

  private async ready(
    session: Session,
    { request }: ReplyRecord,
    work: ReplyWork,
  ): Promise<PreparedReply & { estimate: () => number }> {
    const { writer } = this;
    const recap = work.kind === 'recap' ? work : await this.recapOf(session, request);
    const actions = new Map(recap.job.actions.map((action) => [action.id, action]));
    const { coverage } = recap;
    if (work.kind === 'recap') {
      return {
        actions,
        coverage,
        estimate: () => writer.estimate(work.job),
        write: (...how) => writer.write(work.job, ...how),
      };
    }
    const job = { ...recap.job, ...work.job };
    return {
      actions,
      coverage,
      estimate: () => writer.estimate(job),
      write: (...how) => writer.answer(job, ...how),
    };
  }

  private async recapOf(session: Session, request: ReplyRecord['request']): Promise<RecapWork> {
    const recap =
      request.kind === 'chat' ? await this.jobs.findRecap(session, request.about) : undefined;
    if (recap) return recap;
    throw new DomainError('recap_required', 'The actions of this recap are not kept any more.');
  }
}
