import { Injectable } from '@nestjs/common';
import type { Session } from '../../auth/session.js';
import { DomainError } from '../../errors/domain.error.js';
import type { QuestionJob, Turn } from '../writer/recap.writer.js';
import { ReplyContents } from './reply.contents.js';
import type { ReplyRecord } from './reply.js';
import { ReplyJobs } from './reply.jobs.js';
import { ReplyStore } from './reply.store.js';

/** The latest turns about one recap that a question brings along, before the writer's own budget. */
const MAX_TURNS = 20;

/** What was said so far: which recap a question is about, and what was asked about it before. */
@Injectable()
export class Conversation {
  constructor(
    private readonly store: ReplyStore,
    private readonly contents: ReplyContents,
    private readonly jobs: ReplyJobs,
  ) {}

  /**
   * The recap a question is about: the one named, or that an answer named was about; else the latest.
   * @throws DomainError `reply_not_found`, `recap_required` when its actions are not there.
   */
  async findRecap(session: Session, replyId?: string): Promise<string> {
    const about =
      replyId === undefined
        ? await this.latestRecap(session)
        : recapOf(await this.store.find(session, replyId));
    if (about !== undefined && (await this.jobs.findRecap(session, about))) return about;
    throw new DomainError(
      'recap_required',
      about === undefined
        ? 'This session has no recap to ask about.'
        : 'The actions of this recap are not read yet, or not kept any more.',
    );
  }

  /** The Markdown of the recap, as far as it is written. */
  async textOf(session: Session, replyId: string): Promise<string> {
    const record = await this.store.find(session, replyId);
    return (await this.contents.read(session, record)).text;
  }

  /**
   * The questions about a recap that were answered before this one was asked, oldest first, and how
   * many were asked before these.
   */
  async turns(
    session: Session,
    about: string,
    beforeReply: string,
  ): Promise<Pick<QuestionJob, 'turns' | 'omittedTurns'>> {
    const records = await this.store.all(session);
    const earlier = records
      .slice(
        0,
        records.findIndex(({ id }) => id === beforeReply),
      )
      .filter(({ request }) => request.kind === 'chat' && request.about === about);
    const latest = earlier.slice(-MAX_TURNS);
    const turns = await Promise.all(latest.map((record) => this.turnOf(session, record)));
    return {
      turns: turns.filter((turn) => turn !== undefined),
      omittedTurns: earlier.length - latest.length,
    };
  }

  private async turnOf(session: Session, record: ReplyRecord): Promise<Turn | undefined> {
    const { request } = record;
    if (request.kind !== 'chat') return undefined;
    const { status, text } = await this.contents.read(session, record);
    return status !== 'running' && text ? { question: request.question, answer: text } : undefined;
  }

  private async latestRecap(session: Session): Promise<string | undefined> {
    const records = await this.store.all(session);
    return records.findLast(({ request }) => request.kind === 'recap')?.id;
  }
}

function recapOf({ id, request }: ReplyRecord): string {
  return request.kind === 'chat' ? request.about : id;
}
