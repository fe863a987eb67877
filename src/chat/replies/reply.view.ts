import type { ReplyEvent, ReplyRecord } from './reply.js';
import type { ReplyDto } from './replies.dto.js';

/** A reply as its log tells it. */
export function viewReply({ id, createdAt }: ReplyRecord, events: readonly ReplyEvent[]): ReplyDto {
  const view: ReplyDto = {
    replyId: id,
    createdAt,
    status: 'running',
    seq: events.at(-1)?.seq ?? 0,
    text: '',
    citations: [],
    uncited: [],
  };
  for (const event of events) apply(view, event);
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
      const { stopReason, usage, coverage, uncited } = event;
      Object.assign(view, { status: 'done', stopReason, usage, coverage, uncited });
      return;
    }
    case 'error':
      Object.assign(view, { status: 'failed', problem: event.problem });
  }
}
