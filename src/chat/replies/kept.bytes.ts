import { Injectable } from '@nestjs/common';
import type { Session } from '../../auth/session.js';
import { SessionService } from '../../auth/session.service.js';
import { DomainError } from '../../errors/domain.error.js';
import { SharedState, type StateKey } from '../../state/shared-state.js';
import type { ReplyKind } from './reply.js';

/** What one session may keep in the shared state: ten sessions of one user are 160 MiB at most. */
export const SESSION_BYTES = 16 * 1024 * 1024;
/** Of each kind. A recap's actions are needed for its continuation and questions only. */
const MAX_JOBS = 8;
/** A failed compare-and-set means another writer made progress. */
const MAX_TRIES = 100;

/** The job of one reply. */
interface KeptJob {
  readonly replyId: string;
  readonly kind: ReplyKind;
  readonly bytes: number;
}

interface Ledger {
  /** Oldest first. */
  readonly jobs: readonly KeptJob[];
  /** The bytes of all replies that have ended. */
  readonly replies: number;
}

const EMPTY: Ledger = { jobs: [], replies: 0 };

const ledgerKey = (session: Session): StateKey => ({ scope: session.id, name: 'kept' });

/**
 * Counts what each session keeps, so that none fills the shared state for all. Where a session is over
 * its share its oldest jobs go first: a reply that lost its job is read anew where it has to be
 * continued. Replies themselves stay; when they alone take the share, no more can be begun.
 */
@Injectable()
export class KeptBytes {
  constructor(
    private readonly state: SharedState,
    private readonly sessions: SessionService,
  ) {}

  /** Notes a job that is about to be kept. @returns the replies whose jobs are to be deleted for it. */
  async addJob(session: Session, job: KeptJob): Promise<string[]> {
    let surplus: string[] = [];
    await this.change(session, (ledger) => {
      const others = ledger.jobs.filter(({ replyId }) => replyId !== job.replyId);
      const jobs = withinShare([...others, job], SESSION_BYTES - ledger.replies);
      surplus = others.filter((other) => !jobs.includes(other)).map(({ replyId }) => replyId);
      return { ...ledger, jobs };
    });
    return surplus;
  }

  /** Notes what a reply takes that has ended. */
  async addReply(session: Session, bytes: number): Promise<void> {
    await this.change(session, (ledger) =>
      // None: the session is over, or keeps nothing else; then nothing must be left behind of it.
      ledger === EMPTY ? ledger : { ...ledger, replies: ledger.replies + bytes },
    );
  }

  /** @throws DomainError `too_many_replies` when the session's replies take all it may keep. */
  async check(session: Session): Promise<void> {
    const { replies } = ledgerIn(await this.state.get(ledgerKey(session)));
    if (replies < SESSION_BYTES) return;
    const mebibytes = String(SESSION_BYTES / 1024 / 1024);
    throw new DomainError(
      'too_many_replies',
      `The replies of this session take ${mebibytes} MiB, all that a session may keep. Sign in again to begin a new one.`,
    );
  }

  private async change(session: Session, next: (ledger: Ledger) => Ledger): Promise<void> {
    const key = ledgerKey(session);
    for (let attempt = 0; attempt < MAX_TRIES; attempt += 1) {
      const stored = await this.state.get(key);
      const ledger = ledgerIn(stored);
      const changed = next(ledger);
      if (changed === ledger) return;
      const ttlMs = this.sessions.lifetime(session.identity);
      if (await this.state.replace(key, stored, JSON.stringify(changed), ttlMs)) return;
    }
    throw new DomainError('state_unavailable', 'Too many replies begin at the moment.');
  }
}

const ledgerIn = (stored: string | undefined): Ledger =>
  stored === undefined ? EMPTY : (JSON.parse(stored) as Ledger);

/**
 * The newest of them that fit, and the last one in any case, as it is being written. Those of questions
 * go first: an ended one needs its job no more, while a recap can be asked about.
 */
function withinShare(jobs: readonly KeptJob[], bytes: number): readonly KeptJob[] {
  const kept = new Set([
    ...jobs.filter(({ kind }) => kind === 'recap').slice(-MAX_JOBS),
    ...jobs.filter(({ kind }) => kind === 'chat').slice(-MAX_JOBS),
  ]);
  let taken = [...kept].reduce((sum, job) => sum + job.bytes, 0);
  for (const kind of ['chat', 'recap']) {
    for (const job of jobs.slice(0, -1)) {
      if (taken <= bytes) break;
      if (job.kind === kind && kept.delete(job)) taken -= job.bytes;
    }
  }
  return jobs.filter((job) => kept.has(job));
}
