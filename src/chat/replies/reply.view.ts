import { DomainError } from '../../errors/domain.error.js';
import { toProblem } from '../../errors/problem.js';
import type { ReplyContent } from './reply.content.js';
import type { ReplyRecord } from './reply.js';
import type { ReplyDto } from './replies.dto.js';

/** A reply as it was asked for, and what it comes to. */
export function viewReply(record: ReplyRecord, content: ReplyContent): ReplyDto {
  const { id, createdAt, request, lost } = record;
  const view: ReplyDto = {
    replyId: id,
    kind: request.kind,
    question: request.kind === 'chat' ? request.question : undefined,
    about: request.kind === 'chat' ? request.about : undefined,
    createdAt,
    ...content,
  };
  if (lost && view.status === 'running') {
    Object.assign(view, failedAsLost('What was written of it is gone.'));
  }
  return view;
}

/** A reply of which no more than its id can be told. */
export function viewUnreadable(replyId: string): ReplyDto {
  const nothing = { seq: 0, text: '', citations: [], uncited: [], doubtful: [] };
  return { replyId, ...nothing, ...failedAsLost('It cannot be read any more.') };
}

function failedAsLost(detail: string): Pick<ReplyDto, 'status' | 'problem'> {
  return { status: 'failed', problem: toProblem(new DomainError('reply_lost', detail)) };
}
