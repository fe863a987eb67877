import { openStream } from './api.js';

/** @typedef {import('./reply.js').Frame} Frame */

/** Follows replies by server-sent events: the same frames where no WebSocket gets through. */
export class EventStreamChannel {
  #hangUp = new AbortController();
  #token;
  #events;

  /**
   * @param {{ accessToken: string }} session
   * @param {import('./socket-channel.js').ChannelEvents} events
   */
  constructor({ accessToken }, events) {
    this.#token = accessToken;
    this.#events = events;
    queueMicrotask(() => {
      if (!this.#hangUp.signal.aborted) events.onOpen();
    });
  }

  /** @param {import('./socket-channel.js').Wanted} wanted */
  ask({ ref, request, replyId, seq }) {
    const token = this.#token;
    const { signal } = this.#hangUp;
    const stream = replyId
      ? openStream(`replies/${replyId}`, { token, signal, headers: { 'last-event-id': `${seq}` } })
      : openStream('recaps', { method: 'POST', body: request, token, signal });
    void this.#follow(stream, ref);
  }

  close() {
    this.#hangUp.abort();
  }

  /**
   * @param {Promise<ReadableStream<string>>} stream
   * @param {string} ref Frames of a request have it on a socket; here it is known without.
   */
  async #follow(stream, ref) {
    const { signal } = this.#hangUp;
    try {
      for await (const frame of framesOf(await stream)) {
        if (signal.aborted) return;
        this.#events.onFrame({ ...frame, data: { ref, ...frame.data } });
      }
    } catch (error) {
      if (!signal.aborted) this.#events.onFailed(error);
      return;
    }
    if (!signal.aborted) this.#events.onClosed({ opened: true });
  }
}

/**
 * The frames in an event stream (https://html.spec.whatwg.org/multipage/server-sent-events.html).
 * A comment, which the server sends when there is nothing else, is told of as a heartbeat.
 * @param {ReadableStream<string>} stream
 * @returns {AsyncGenerator<Frame, void>}
 */
async function* framesOf(stream) {
  const reader = stream.getReader();
  let text = '';
  for (;;) {
    // Broken off or ended: there is no more of it, and the reply's own end tells which replies are done.
    const { done, value } = await reader.read().catch(() => ({ done: true, value: '' }));
    if (done) return;
    const blocks = (text + value).split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) yield frameOf(block);
  }
}

/**
 * @param {string} block
 * @returns {Frame}
 */
function frameOf(block) {
  const fields = new Map(
    block.split('\n').map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon), line.slice(colon + 1).trimStart()];
    }),
  );
  const data = fields.get('data');
  if (data === undefined) return { event: 'heartbeat', data: {} };
  return { event: fields.get('event') ?? 'message', data: JSON.parse(data) };
}
