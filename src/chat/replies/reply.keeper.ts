import { Injectable } from '@nestjs/common';
import type { Session } from '../../auth/session.js';
import { SessionService } from '../../auth/session.service.js';
import { DomainError } from '../../errors/domain.error.js';
import { Drain } from '../../ops/drain.js';
import { OwnReplies } from './own.replies.js';
import { Pod } from './pod.js';
import type { ReplyRecord } from './reply.js';
import type { Vigil } from './reply.follower.js';
import { ReplyOwners } from './reply.owners.js';
import { hasEnded } from './reply.progress.js';
import { ReplyRunner } from './reply.runner.js';
import { ReplyStore } from './reply.store.js';
import { RunningLimit } from './running.limit.js';

/** Sees to it that every reply somebody waits for is being written, here if nowhere else. */
@Injectable()
export class ReplyKeeper {
  private readonly running = new Map<string, Promise<void>>();
  private readonly tending = new Map<string, Promise<string | undefined>>();

  constructor(
    private readonly store: ReplyStore,
    private readonly owners: ReplyOwners,
    private readonly own: OwnReplies,
    private readonly runner: ReplyRunner,
    private readonly limit: RunningLimit,
    private readonly sessions: SessionService,
    private readonly pod: Pod,
    private readonly drain: Drain,
  ) {}

  /** How many replies this process writes now. */
  get size(): number {
    return this.running.size;
  }

  /** Begins to write a new reply. */
  async begin(session: Session, record: ReplyRecord): Promise<void> {
    const added = this.owners.claim(session, record.id).then(() => this.store.add(session, record));
    this.keep(session, record, added);
    await added;
  }

  /**
   * Takes the reply over when it has not ended and no pod lives that writes it.
   * @param seen The last number a reader was sent.
   * @returns the other pod that writes it.
   * @throws DomainError `reply_lost` when what the reader has seen is gone together with its writer.
   */
  async tend(session: Session, record: ReplyRecord, seen: number): Promise<string | undefined> {
    if (record.lost) throw lost();
    if (this.running.has(record.id) || this.drain.draining.aborted) return undefined;
    const tending =
      this.tending.get(record.id) ??
      this.takeOver(session, record, seen).finally(() => this.tending.delete(record.id));
    this.tending.set(record.id, tending);
    return tending;
  }

  /** What a follower of the reply needs to know beside its log. */
  vigil(session: Session, record: ReplyRecord): Vigil {
    return {
      readOwn: (after, limit) => this.own.read(record.id, after, limit),
      onOwnGrowth: (listener) => this.own.onGrowth(record.id, listener),
      isAlive: () => this.sessions.isAlive(session.id),
      tend: (seen) => this.tend(session, record, seen),
      onDeath: (podId, listener) => this.pod.onDeath(podId, listener),
    };
  }

  private async takeOver(
    session: Session,
    record: ReplyRecord,
    seen: number,
  ): Promise<string | undefined> {
    // The end is still looked after here, and put back if the log loses it.
    if (hasEnded(this.own.readAll(record.id) ?? [])) return undefined;
    const other = await this.owners.other(session, record.id);
    if (other !== undefined) return other;
    const log = this.store.log(session, record.id);
    if (await log.hasEnded()) return undefined;
    // One that has ended is not written again, whatever its log has lost since.
    if (seen > (await log.length()) || (await this.store.content(session, record.id))) {
      await this.store.lose(session, record);
      throw lost();
    }
    if (await this.owners.claim(session, record.id)) this.keep(session, record, Promise.resolve());
    return undefined;
  }

  private keep(session: Session, record: ReplyRecord, ready: Promise<void>): void {
    const ended = ready
      .then(() => this.runner.run(session, record, this.drain.deadline))
      .catch(() => undefined)
      .finally(() => {
        this.running.delete(record.id);
        this.limit.leave(session, record.id);
      });
    this.running.set(record.id, ended);
    this.drain.hold(ended);
  }
}

function lost(): DomainError {
  return new DomainError('reply_lost', 'What was written of this reply is gone.');
}
