import { DomainError } from '../../errors/domain.error.js';
import { toProblem } from '../../errors/problem.js';
import type { ReplyEvent, ReplyRecord } from './reply.js';
import type { ReplyDto } from './replies.dto.js';

/** A reply as its log tells it. */
export function viewReply(record: ReplyRecord, events: readonly ReplyEvent[]): ReplyDto {
  const { id, createdAt, request, lost } = record;
  const view: ReplyDto = {
    replyId: id,
    kind: request.kind,
    question: request.kind === 'chat' ? request.question : undefined,
    about: request.kind === 'chat' ? request.about : undefined,
    createdAt,
    status: 'running',
    seq: events.at(-1)?.seq ?? 0,
    text: '',
    citations: [],
    uncited: [],
  };
  for (const event of events) apply(view, event);
  if (lost && view.status === 'running') {
    const problem = toProblem(new DomainError('reply_lost', 'What was written of it is gone.'));
    Object.assign(view, { status: 'failed', problem });
  }
  return view;
}

function apply(view: ReplyDto, event: ReplyEvent): void {
  switch (event.event) {
    case 'progress':
      return;
    case 'token':
      view.text += event.text;
      return;
    case 'citation':
      view.citations.push({ bullet: event.bullet, action: event.action });
      return;
    case 'done': {
      const { stopReason, usage, coverage, bullets, uncited, omittedTurns, condensed } = event;
      const end = { stopReason, usage, coverage, bullets, uncited, omittedTurns, condensed };
      Object.assign(view, { status: 'done', ...end });
      return;
    }
    case 'error':
      Object.assign(view, { status: 'failed', problem: event.problem });
  }
}
