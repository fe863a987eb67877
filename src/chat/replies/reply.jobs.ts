import { Injectable } from '@nestjs/common';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import type { Session } from '../../auth/session.js';
import { SessionService } from '../../auth/session.service.js';
import type { Coverage } from '../../providers/coverage.js';
import { SharedState, type StateKey } from '../../state/shared-state.js';
import type { QuestionJob, RecapJob } from '../writer/recap.writer.js';

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

/** A recap's actions take the most room of all that is stored, and are needed for its continuation and questions only. */
const KEPT_RECAPS = 8;

const jobKey = (session: Session, replyId: string): StateKey => ({
  scope: session.id,
  name: `job:${replyId}`,
});
const keptKey = (session: Session): StateKey => ({ scope: session.id, name: 'jobs' });
const contextOf = (session: Session, replyId: string): string => `{${session.id}}:job:${replyId}`;

const compress = promisify(gzip);
const expand = promisify(gunzip);

/** Everything a reply is written from, sealed before the first word, so that any pod can go on with it. */
@Injectable()
export class ReplyJobs {
  constructor(
    private readonly state: SharedState,
    private readonly sessions: SessionService,
  ) {}

  /** Keeps the work; of recaps only the session's latest eight. */
  async save(session: Session, replyId: string, work: ReplyWork): Promise<void> {
    const packed = await compress(JSON.stringify(work));
    const sealed = session.identity.sealer.seal(
      packed.toString('base64'),
      contextOf(session, replyId),
    );
    const ttl = this.sessions.lifetime(session.identity);
    await this.state.set(jobKey(session, replyId), sealed, ttl);
    if (work.kind === 'recap') await this.forgetOldest(session, replyId, ttl);
  }

  /** Undefined when it was not saved, or is kept no more. */
  async find(session: Session, replyId: string): Promise<ReplyWork | undefined> {
    const sealed = await this.state.get(jobKey(session, replyId));
    if (sealed === undefined) return undefined;
    const packed = session.identity.sealer.open(sealed, contextOf(session, replyId));
    const text = await expand(Buffer.from(packed, 'base64'));
    return JSON.parse(text.toString()) as ReplyWork;
  }

  async findRecap(session: Session, replyId: string): Promise<RecapWork | undefined> {
    const work = await this.find(session, replyId);
    return work?.kind === 'recap' ? work : undefined;
  }

  private async forgetOldest(session: Session, replyId: string, ttl: number): Promise<void> {
    let result: { appended: boolean; length: number } = { appended: false, length: 0 };
    while (!result.appended) {
      result = await this.state.append(keptKey(session), result.length, [replyId], ttl);
    }
    const surplus = result.length - KEPT_RECAPS - 1;
    if (surplus < 0) return;
    const [oldest] = await this.state.read(keptKey(session), surplus, 1);
    if (oldest) await this.state.take(jobKey(session, oldest));
  }
}
