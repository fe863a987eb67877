import type { WriterEvent } from '../writer/recap.writer.js';
import type { ReplyEntry } from './reply.js';
import type { PreparedReply } from './reply.preparation.js';

/** What becomes of a writer's event in the log; a citation of an action nobody fetched is none. */
export function toEntry(
  event: WriterEvent,
  { actions, coverage }: Pick<PreparedReply, 'actions'> & Partial<Pick<PreparedReply, 'coverage'>>,
): ReplyEntry | undefined {
  switch (event.kind) {
    case 'progress':
      return { event: 'progress', stage: event.stage, done: event.done, total: event.total };
    case 'text': {
      const { text, pending } = event;
      return { event: 'token', text, pending };
    }
    case 'citation': {
      const action = actions.get(event.actionId);
      if (!action) return undefined;
      const { id, type, title, url } = action;
      return { event: 'citation', bullet: event.bullet, action: { id, type, title, url } };
    }
    case 'end': {
      const { stopReason, usage, bullets, uncited, doubtful, omittedTurns, condensed } = event;
      return {
        event: 'done',
        stopReason,
        usage,
        coverage,
        bullets,
        uncited,
        doubtful,
        omittedTurns,
        condensed,
      };
    }
  }
}
