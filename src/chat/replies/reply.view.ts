import { DomainError } from '../../errors/domain.error.js';
import { toProblem } from '../../errors/problem.js';
import type { ReplyEvent, ReplyRecord } from './reply.js';
import type { ReplyDto } from './replies.dto.js';

/** What a reply comes to, so far or in the end: all of its view that its log tells. */
export type ReplyOutcome = Omit<ReplyDto, 'replyId' | 'kind' | 'question' | 'about' | 'createdAt'>;

/** A reply as its record tells it, and its log or what is kept of that. */
export function viewReply(record: ReplyRecord, outcome: ReplyOutcome): ReplyDto {
  const { id, createdAt, request, lost } = record;
  const view: ReplyDto = {
    replyId: id,
    kind: request.kind,
    question: request.kind === 'chat' ? request.question : undefined,
    about: request.kind === 'chat' ? request.about : undefined,
    createdAt,
    ...outcome,
  };
  if (lost && view.status === 'running') {
    const problem = toProblem(new DomainError('reply_lost', 'What was written of it is gone.'));
    Object.assign(view, { status: 'failed', problem });
  }
  return view;
}

/** What the events of a log, from its first on, come to. */
export function outcomeOf(events: readonly ReplyEvent[]): ReplyOutcome {
  const outcome: ReplyOutcome = {
    status: 'running',
    seq: events.at(-1)?.seq ?? 0,
    text: '',
    citations: [],
    uncited: [],
  };
  for (const event of events) apply(outcome, event);
  return outcome;
}

function apply(outcome: ReplyOutcome, event: ReplyEvent): void {
  switch (event.event) {
    case 'progress':
      return;
    case 'token':
      outcome.text += event.text;
      return;
    case 'citation':
      outcome.citations.push({ bullet: event.bullet, action: event.action });
      return;
    case 'done': {
      const { stopReason, usage, coverage, bullets, uncited, omittedTurns, condensed } = event;
      const end = { stopReason, usage, coverage, bullets, uncited, omittedTurns, condensed };
      Object.assign(outcome, { status: 'done', ...end });
      return;
    }
    case 'error':
      Object.assign(outcome, { status: 'failed', problem: event.problem });
  }
}
