import { Injectable } from '@nestjs/common';
import type { Session } from '../../auth/session.js';
import { OwnReplies } from './own.replies.js';
import { contentOf, isEnded, type ReplyContent } from './reply.content.js';
import type { ReplyRecord } from './reply.js';
import { ReplyStore } from './reply.store.js';

/**
 * What replies come to. A log is sealed event by event, for those who follow it; opening it again for
 * every look at a conversation would hold up everybody else, so what an ended one came to is kept
 * beside it, in one piece.
 */
@Injectable()
export class ReplyContents {
  constructor(
    private readonly store: ReplyStore,
    private readonly own: OwnReplies,
  ) {}

  async read(session: Session, { id }: ReplyRecord): Promise<ReplyContent> {
    const own = this.own.readAll(id);
    if (own) return contentOf(own);
    const kept = await this.store.content(session, id);
    if (kept) return kept;
    const content = contentOf(await this.store.log(session, id).readAll());
    void this.keepEnded(session, id, content);
    return content;
  }

  /** Keeps what a reply that this pod has written to its end came to. */
  async keep(session: Session, { id }: ReplyRecord): Promise<void> {
    await this.keepEnded(session, id, contentOf(this.own.readAll(id) ?? []));
  }

  /** What cannot be kept, the log tells the next one who asks. */
  private async keepEnded(session: Session, id: string, content: ReplyContent): Promise<void> {
    if (!isEnded(content)) return;
    await this.store.keepContent(session, id, content).catch(() => undefined);
  }
}
