import { on, once } from 'node:events';
import { type RawData, WebSocket } from 'ws';
import type { Grant } from './api.client.js';
import { type Problem, ProblemError } from './problem.error.js';
import type { RecapRequest } from './recap.request.js';

export interface Citation {
  readonly id: string;
  readonly type: string;
  readonly title: string;
  readonly url: string;
}

export interface Coverage {
  readonly connections: readonly { readonly status: string; readonly reason?: string }[];
  readonly repositories: readonly {
    readonly fullName: string;
    readonly status: string;
    readonly reason?: string;
  }[];
  /** Actions of bots that were left out. */
  readonly bots: number;
  readonly truncated: boolean;
}

export interface ReplyEnd {
  readonly stopReason: string;
  readonly coverage?: Coverage;
}

/** The frames of the socket that matter here. */
export type ReplyFrame =
  | { readonly event: 'accepted'; readonly data: { readonly replyId: string } }
  | {
      readonly event: 'progress';
      readonly data: { readonly stage: string; readonly done: number; readonly total?: number };
    }
  | { readonly event: 'token'; readonly data: { readonly text: string } }
  | { readonly event: 'citation'; readonly data: { readonly action: Citation } }
  | { readonly event: 'done'; readonly data: ReplyEnd }
  | { readonly event: 'error'; readonly data: { readonly problem: Problem } };

/** How long a cancelled reply may take to end before it is left alone. */
const CANCEL_WITHIN_MS = 3_000;

/**
 * Has a recap written and gives its frames up to `done`. An interrupt asks the server to end it; what
 * came until then is still given.
 * @throws ProblemError when it fails.
 */
export async function* streamReply(
  serverUrl: string,
  { sessionId, accessToken }: Grant,
  request: RecapRequest,
  interrupt: AbortSignal,
): AsyncGenerator<ReplyFrame, void> {
  const socket = new WebSocket(`${serverUrl.replace('http', 'ws')}/ws/${sessionId}`, {
    headers: { authorization: `Bearer ${accessToken}` },
  });
  const messages = on(socket, 'message', { close: ['close'] });
  const send = (event: string, data: object): void => {
    socket.send(JSON.stringify({ event, data }));
  };
  let cancelling: NodeJS.Timeout | undefined;
  try {
    await once(socket, 'open');
    send('recap', request);
    for await (const [message] of messages as AsyncIterable<[RawData]>) {
      const frame = JSON.parse((message as Buffer).toString()) as ReplyFrame;
      if (frame.event === 'error') throw new ProblemError(frame.data.problem);
      if (frame.event === 'accepted') {
        const { replyId } = frame.data;
        onAbort(interrupt, () => {
          send('cancel', { replyId });
          cancelling = setTimeout(() => {
            socket.terminate();
          }, CANCEL_WITHIN_MS);
        });
      }
      yield frame;
      if (frame.event === 'done') return;
    }
  } finally {
    clearTimeout(cancelling);
    socket.terminate();
  }
}

/** Also when that has happened already. */
function onAbort(signal: AbortSignal, listener: () => void): void {
  if (signal.aborted) listener();
  else signal.addEventListener('abort', listener, { once: true });
}
