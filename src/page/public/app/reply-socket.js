import { call, isSessionOver, socketUrl } from './api.js';

/** @typedef {import('./reply.js').Frame} Frame */
/** @typedef {{ ref: string, request?: object, replyId?: string, seq: number, cancelled?: boolean }} Followed */
/**
 * @typedef {object} Listener
 * @property {(frame: Frame) => void} onFrame A frame of the reply, each once and in order.
 * @property {(waitSeconds: number) => void} onLost The socket is gone and is tried again after that time.
 * @property {() => void} onSessionOver
 */

const SUBPROTOCOL = 'git-recap.v1';
const CLOSE_SESSION_OVER = 4401;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15_000;
/** Problems of the moment: the reply itself goes on. */
const PASSING = ['state_unavailable', 'draining'];

/**
 * Has one reply written at a time and follows it to its end. A lost socket is opened again and the
 * reply taken up behind the last event seen; nothing is missed and nothing comes twice.
 */
export class ReplySocket {
  #session;
  #listener;
  /** @type {WebSocket | undefined} */
  #socket = undefined;
  /** @type {Followed | undefined} */
  #reply = undefined;
  #attempts = 0;
  /** @type {number | undefined} */
  #timer = undefined;

  /**
   * @param {{ sessionId: string, accessToken: string }} session
   * @param {Listener} listener
   */
  constructor(session, listener) {
    this.#session = session;
    this.#listener = listener;
    addEventListener('online', this.#retryNow);
  }

  /**
   * Asks for a new reply.
   * @param {object} request
   */
  start(request) {
    this.#follow({ ref: String(Date.now()), request, seq: 0 });
  }

  /**
   * Follows a reply from its beginning.
   * @param {string} replyId
   */
  resume(replyId) {
    this.#follow({ ref: String(Date.now()), replyId, seq: 0 });
  }

  /** Asks the server to end the reply; its last event tells when it has. */
  cancel() {
    if (!this.#reply) return;
    this.#reply.cancelled = true;
    if (this.#reply.replyId) this.#send('cancel', { replyId: this.#reply.replyId });
  }

  close() {
    this.#reply = undefined;
    clearTimeout(this.#timer);
    removeEventListener('online', this.#retryNow);
    this.#socket?.close();
    this.#socket = undefined;
  }

  /** @param {Followed} reply */
  #follow(reply) {
    this.#reply = reply;
    this.#attempts = 0;
    clearTimeout(this.#timer);
    if (this.#socket?.readyState === WebSocket.OPEN) this.#ask();
    else this.#connect();
  }

  #connect() {
    const { sessionId, accessToken } = this.#session;
    const socket = new WebSocket(socketUrl(sessionId), [SUBPROTOCOL, `bearer.${accessToken}`]);
    this.#socket = socket;
    socket.addEventListener('open', () => this.#ask());
    socket.addEventListener('message', ({ data }) => this.#receive(JSON.parse(data)));
    socket.addEventListener('close', ({ code }) => {
      if (this.#socket === socket) this.#closed(code);
    });
  }

  #ask() {
    if (!this.#reply) return;
    const { ref, request, replyId, seq, cancelled } = this.#reply;
    if (!replyId) {
      this.#send('recap', { ...request, ref });
      return;
    }
    if (cancelled) this.#send('cancel', { replyId });
    this.#send('resume', { replyId, after: seq });
  }

  /**
   * @param {string} event
   * @param {object} data
   */
  #send(event, data) {
    if (this.#socket?.readyState === WebSocket.OPEN) {
      this.#socket.send(JSON.stringify({ event, data }));
    }
  }

  /** @param {Frame} frame */
  #receive(frame) {
    const reply = this.#reply;
    const { event, data } = frame;
    if (!reply) return;
    if (event === 'accepted' && data.ref === reply.ref) {
      reply.replyId = data.replyId;
      if (reply.cancelled) this.cancel();
      return;
    }
    const isOwn = data.ref === reply.ref || (data.replyId && data.replyId === reply.replyId);
    if (!isOwn) return;
    if (data.seq === undefined) this.#refused(frame);
    else if (data.seq > reply.seq) this.#advance(frame);
  }

  /** @param {Frame} frame */
  #advance(frame) {
    if (!this.#reply) return;
    this.#reply.seq = frame.data.seq;
    this.#attempts = 0;
    if (frame.event === 'done' || frame.event === 'error') this.#reply = undefined;
    this.#listener.onFrame(frame);
  }

  /** An error outside the reply's log: of the request, or of following. @param {Frame} frame */
  #refused(frame) {
    const { code } = frame.data.problem;
    if (code === 'session_over') {
      this.#over();
    } else if (PASSING.includes(code)) {
      this.#socket?.close();
    } else {
      this.#reply = undefined;
      this.#listener.onFrame(frame);
    }
  }

  /** @param {number} code */
  #closed(code) {
    this.#socket = undefined;
    if (code === CLOSE_SESSION_OVER) this.#over();
    else if (this.#reply) this.#retryLater();
  }

  /** Waits longer each time, and not exactly as long as everybody else does. */
  #retryLater() {
    const wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.#attempts);
    const jittered = wait * (0.75 + Math.random() / 2);
    this.#attempts += 1;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#retry(), jittered);
    this.#listener.onLost(Math.max(1, Math.round(jittered / 1000)));
  }

  #retryNow = () => {
    if (!this.#reply || this.#socket) return;
    clearTimeout(this.#timer);
    void this.#retry();
  };

  /** A browser does not tell why a handshake failed: asks for the session first. */
  async #retry() {
    try {
      await call('session', { token: this.#session.accessToken });
    } catch (error) {
      if (isSessionOver(error)) this.#over();
      else if (this.#reply) this.#retryLater();
      return;
    }
    if (this.#reply && !this.#socket) this.#connect();
  }

  #over() {
    this.close();
    this.#listener.onSessionOver();
  }
}
