import { Injectable } from '@nestjs/common';
import type { Session } from '../../auth/session.js';
import { SessionService } from '../../auth/session.service.js';
import { Environment } from '../../config/environment.js';
import { DomainError } from '../../errors/domain.error.js';
import type { Coverage } from '../../providers/coverage.js';
import { expand } from '../../state/gzip.js';
import { SealBroken } from '../../state/seal-broken.js';
import { type Pieces, SealedPieces } from '../../state/sealed.pieces.js';
import { SharedState, type StateKey } from '../../state/shared-state.js';
import type { QuestionJob, RecapJob } from '../writer/recap.writer.js';
import { everSmaller } from './job.bounds.js';
import { KeptBytes } from './kept.bytes.js';

/** What a recap is written from. */
export interface RecapWork {
  readonly kind: 'recap';
  readonly coverage: Coverage;
  readonly job: RecapJob;
}

/** What an answer is written from, beside the actions of its recap. */
export interface ChatWork {
  readonly kind: 'chat';
  readonly job: Pick<QuestionJob, 'recap' | 'turns' | 'omittedTurns' | 'question'>;
}

export type ReplyWork = RecapWork | ChatWork;

/** Work that fits, and how it is kept. */
export interface PackedWork {
  readonly work: ReplyWork;
  readonly packed: Pieces;
}

/** The bytes that a job takes at most, compressed and sealed. */
const JOB_BYTES = 4 * 1024 * 1024;
/** A token is rarely more bytes than this in what people write in git. */
const BYTES_A_TOKEN = 4;

const jobKey = (session: Session, replyId: string): StateKey => ({
  scope: session.id,
  name: `job:${replyId}`,
});

/** Everything a reply is written from, sealed before the first word, so that any pod can go on with it. */
@Injectable()
export class ReplyJobs {
  constructor(
    private readonly state: SharedState,
    private readonly pieces: SealedPieces,
    private readonly kept: KeptBytes,
    private readonly sessions: SessionService,
    private readonly environment: Environment,
  ) {}

  /** As much of the work as a prompt can use and a session may keep: the reply is to be written from that. */
  async pack(session: Session, replyId: string, whole: ReplyWork): Promise<PackedWork> {
    const key = jobKey(session, replyId);
    const textBytes = this.environment.ANTHROPIC_INPUT_TOKENS * BYTES_A_TOKEN;
    for (const work of everSmaller(whole, textBytes)) {
      const packed = await this.pieces.pack(key, JSON.stringify(work), session.identity.sealer);
      if (packed.bytes <= JOB_BYTES) return { work, packed };
    }
    throw new RangeError('what is left of the work is still too large');
  }

  /** Keeps the work, and forgets the session's oldest where that is more than it may keep. */
  async save(session: Session, replyId: string, { work, packed }: PackedWork): Promise<void> {
    const { bytes } = packed;
    const surplus = await this.kept.addJob(session, { replyId, kind: work.kind, bytes });
    for (const oldest of surplus) await this.forget(session, oldest);
    const ttlMs = this.sessions.lifetime(session.identity);
    await this.pieces.save(jobKey(session, replyId), packed, ttlMs);
  }

  /** Undefined when it was not saved, or is kept no more. @throws DomainError `reply_lost`. */
  async find(session: Session, replyId: string): Promise<ReplyWork | undefined> {
    try {
      const text = await this.read(session, jobKey(session, replyId));
      return text === undefined ? undefined : (JSON.parse(text) as ReplyWork);
    } catch (cause) {
      if (!(cause instanceof SealBroken)) throw cause;
      throw new DomainError('reply_lost', 'What this reply is written from cannot be read.', {
        cause,
      });
    }
  }

  async findRecap(session: Session, replyId: string): Promise<RecapWork | undefined> {
    const work = await this.find(session, replyId);
    return work?.kind === 'recap' ? work : undefined;
  }

  private async read(session: Session, key: StateKey): Promise<string | undefined> {
    const { sealer } = session.identity;
    const text = await this.pieces.find(key, sealer);
    if (text !== undefined) return text;
    // As the release before this one kept it.
    const sealed = await this.state.get(key);
    if (sealed === undefined) return undefined;
    const packed = sealer.open(sealed, `{${key.scope}}:${key.name}`);
    return expand(Buffer.from(packed, 'base64'));
  }

  private async forget(session: Session, replyId: string): Promise<void> {
    await this.pieces.delete(jobKey(session, replyId));
  }
}
