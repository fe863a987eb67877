import { call, socketUrl } from './api.js';

/**
 * @typedef {import('./reply.js').Frame} Frame
 * @typedef {{ ref: string, request?: object, replyId?: string, seq: number }} Wanted
 *   A reply to follow: one that there is, behind an event, or one to be begun.
 */
/**
 * What a channel tells of itself, until it is closed from here.
 * @typedef {object} ChannelEvents
 * @property {() => void} onOpen It can be asked now.
 * @property {(frame: Frame) => void} onFrame
 * @property {(end: { code?: number, opened: boolean }) => void} onClosed
 * @property {(error: unknown) => void} onFailed The server was asked for something and did not give it.
 */

const SUBPROTOCOL = 'git-recap.v1';

/** Follows replies over a WebSocket. */
export class SocketChannel {
  #hangUp = new AbortController();
  /** @type {WebSocket | undefined} */
  #socket = undefined;

  /**
   * @param {{ sessionId: string, accessToken: string }} session
   * @param {ChannelEvents} events
   */
  constructor(session, events) {
    void this.#open(session, events);
  }

  /** @param {Wanted} wanted */
  ask({ ref, request, replyId, seq }) {
    if (replyId) this.#send('resume', { replyId, after: seq });
    else this.#send('recap', { ...request, ref });
  }

  /** @param {string} replyId */
  cancel(replyId) {
    this.#send('cancel', { replyId });
  }

  close() {
    this.#hangUp.abort();
    this.#socket?.close();
  }

  /**
   * A ticket opens one socket, so that no log on the way to the server holds the access token.
   * @param {{ sessionId: string, accessToken: string }} session
   * @param {ChannelEvents} events
   */
  async #open({ sessionId, accessToken }, { onOpen, onFrame, onClosed, onFailed }) {
    const { signal } = this.#hangUp;
    try {
      const { ticket } = await call('session/socket-tickets', {
        method: 'POST',
        token: accessToken,
        signal,
      });
      if (signal.aborted) return;
      this.#socket = new WebSocket(socketUrl(sessionId), [SUBPROTOCOL, `ticket.${ticket}`]);
    } catch (error) {
      if (!signal.aborted) onFailed(error);
      return;
    }
    let opened = false;
    const open = () => {
      opened = true;
      onOpen();
    };
    this.#socket.addEventListener('open', open, { signal });
    this.#socket.addEventListener('message', ({ data }) => onFrame(JSON.parse(data)), { signal });
    this.#socket.addEventListener('close', ({ code }) => onClosed({ code, opened }), { signal });
  }

  /**
   * @param {string} event
   * @param {object} data
   */
  #send(event, data) {
    if (this.#socket?.readyState !== WebSocket.OPEN) return;
    this.#socket.send(JSON.stringify({ event, data }));
  }
}
