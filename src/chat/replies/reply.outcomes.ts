import { Injectable } from '@nestjs/common';
import type { Session } from '../../auth/session.js';
import { OwnReplies } from './own.replies.js';
import type { ReplyRecord } from './reply.js';
import { ReplyStore } from './reply.store.js';
import { outcomeOf, type ReplyOutcome } from './reply.view.js';

/**
 * What replies come to. A log is sealed event by event, for those who follow it; opening it again for
 * every look at a conversation would hold up everybody else, so the record keeps what became of a
 * reply that has ended.
 */
@Injectable()
export class ReplyOutcomes {
  constructor(
    private readonly store: ReplyStore,
    private readonly own: OwnReplies,
  ) {}

  async find(session: Session, { id, outcome }: ReplyRecord): Promise<ReplyOutcome> {
    if (outcome) return outcome;
    return outcomeOf(this.own.readAll(id) ?? (await this.store.log(session, id).readAll()));
  }

  /** Keeps what became of a reply that this pod has written to its end; until then its log tells. */
  async keep(session: Session, { id }: ReplyRecord): Promise<void> {
    const events = this.own.readAll(id);
    if (events) await this.store.conclude(session, id, outcomeOf(events));
  }
}
