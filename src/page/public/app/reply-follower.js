import { call, isSessionOver, problemOf } from './api.js';
import { EventStreamChannel } from './event-stream-channel.js';
import { SocketChannel } from './socket-channel.js';

/** @typedef {import('./reply.js').Frame} Frame */
/** @typedef {import('./socket-channel.js').Wanted & { cancelled?: boolean }} Followed */
/**
 * @typedef {object} Listener
 * @property {(frame: Frame) => void} onFrame A frame of the reply, each once and in order.
 * @property {(waitSeconds: number) => void} onLost The connection is gone and is tried again after that time.
 * @property {() => void} onWithoutSocket No WebSocket gets through: event streams are used from now on.
 * @property {() => void} onSessionOver
 */

const CLOSE_SESSION_OVER = 4401;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15_000;
/** While a reply is followed the server sends something every 15 s; here two of these are missing. */
const SILENT_MS = 33_000;
/** A connection that was quiet for longer may be gone without a sign, and is not relied upon. */
const QUIET_MS = 17_000;
/** To get a connection; longer each time, as what hangs may only be slow. */
const OPEN_MS = 3_000;
/** To see the end of what was cancelled. */
const CANCELLED_MS = 5_000;
/** So many sockets in a row that never opened, while the server gives tickets for them. */
const MOST_UNOPENED = 3;
/** Problems of the moment: what was asked for is asked for again. */
const PASSING = ['state_unavailable', 'draining', 'unreachable'];
/** The same of a reply that is being written already: it goes on meanwhile. */
const PASSING_FOR_FOLLOWERS = [...PASSING, 'rate_limited', 'state_full', 'unexpected'];

/**
 * Has one reply written at a time and follows it to its end. A lost connection, also one that is lost
 * without a sign, is replaced and the reply taken up behind the last event seen; nothing is missed and
 * nothing comes twice.
 */
export class ReplyFollower {
  #session;
  #listener;
  /** @type {SocketChannel | EventStreamChannel | undefined} */
  #channel = undefined;
  #isOpen = false;
  /** @type {Followed | undefined} */
  #reply = undefined;
  /** How often in a row a connection brought nothing. */
  #attempts = 0;
  #unopened = 0;
  #heardAt = 0;
  /** @type {number | undefined} */
  #retryTimer = undefined;
  /** @type {number | undefined} */
  #watchdog = undefined;
  #left = new AbortController();

  /**
   * @param {{ sessionId: string, accessToken: string }} session
   * @param {Listener} listener
   */
  constructor(session, listener) {
    this.#session = session;
    this.#listener = listener;
    const { signal } = this.#left;
    addEventListener('online', () => this.#renew(), { signal });
    addEventListener('pageshow', ({ persisted }) => persisted && this.#renew(), { signal });
    document.addEventListener('visibilitychange', () => this.#renewUnlessHeard(), { signal });
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

  /** Asks the server to end the reply, whatever became of the connection; its last event tells when it has. */
  cancel() {
    if (!this.#reply) return;
    this.#reply.cancelled = true;
    if (this.#reply.replyId) this.#cancelAtServer(this.#reply.replyId);
    else if (!this.#isOpen) this.#endUnasked();
    if (this.#isOpen) this.#watch(CANCELLED_MS);
  }

  close() {
    this.#reply = undefined;
    this.#left.abort();
    this.#drop();
  }

  /** @param {Followed} reply */
  #follow(reply) {
    this.#reply = reply;
    this.#attempts = 0;
    if (this.#isOpen && Date.now() - this.#heardAt < QUIET_MS) this.#ask();
    else this.#connect();
  }

  #connect() {
    this.#drop();
    const Channel = this.#unopened < MOST_UNOPENED ? SocketChannel : EventStreamChannel;
    this.#watch(Math.min(LONGEST_WAIT_MS, OPEN_MS * 1.5 ** this.#attempts));
    this.#channel = new Channel(this.#session, {
      onOpen: () => this.#opened(),
      onFrame: (frame) => this.#receive(frame),
      onClosed: (end) => this.#closed(end),
      onFailed: (error) => this.#failed(error),
    });
  }

  /** Nothing is heard any more of the connection there was, nor waited for. */
  #drop() {
    clearTimeout(this.#retryTimer);
    clearTimeout(this.#watchdog);
    this.#channel?.close();
    this.#channel = undefined;
    this.#isOpen = false;
  }

  #opened() {
    this.#isOpen = true;
    if (this.#channel instanceof SocketChannel) this.#unopened = 0;
    this.#ask();
  }

  #ask() {
    const reply = this.#reply;
    if (!reply) return;
    if (reply.cancelled && !reply.replyId) {
      this.#endUnasked();
      return;
    }
    this.#heard();
    if (reply.cancelled && reply.replyId) this.#cancelAtServer(reply.replyId);
    this.#channel?.ask(reply);
  }

  /** Without an id nothing can be cancelled: it is not asked for (again). */
  #endUnasked() {
    this.#drop();
    this.#reply = undefined;
    const data = { stopReason: 'cancelled', usage: {}, uncited: [] };
    this.#listener.onFrame({ event: 'done', data });
  }

  /** Both ways, as either may be one that leads nowhere. @param {string} replyId */
  #cancelAtServer(replyId) {
    if (this.#channel instanceof SocketChannel) this.#channel.cancel(replyId);
    const { accessToken: token } = this.#session;
    call(`replies/${replyId}`, { method: 'DELETE', token, signal: this.#left.signal }).catch(
      (error) => {
        // Whatever else went wrong, it is asked for again with the next connection.
        if (isSessionOver(error)) this.#over();
      },
    );
  }

  #heard() {
    this.#heardAt = Date.now();
    this.#watch(this.#reply?.cancelled ? CANCELLED_MS : SILENT_MS);
  }

  /** @param {number} ms */
  #watch(ms) {
    clearTimeout(this.#watchdog);
    if (this.#reply) this.#watchdog = setTimeout(() => this.#silent(), ms);
  }

  /** What keeps silent for so long is gone, although the browser was not told so. */
  #silent() {
    const wasOpen = this.#isOpen;
    this.#drop();
    if (!wasOpen) this.#retryLater();
    else this.#connect();
  }

  /** @param {Frame} frame */
  #receive(frame) {
    this.#heard();
    const reply = this.#reply;
    if (!reply) return;
    const { event, data } = frame;
    if (event === 'accepted' && data.ref === reply.ref) {
      reply.replyId = data.replyId;
      if (reply.cancelled) this.cancel();
      return;
    }
    const isOwn = data.ref === reply.ref || (data.replyId && data.replyId === reply.replyId);
    if (!isOwn) return;
    if (data.seq > reply.seq) this.#advance(frame);
    else if (data.seq === undefined && event === 'error') this.#refused(frame);
  }

  /** @param {Frame} frame */
  #advance(frame) {
    if (!this.#reply) return;
    this.#reply.seq = frame.data.seq;
    this.#attempts = 0;
    if (frame.event === 'done' || frame.event === 'error') this.#end();
    this.#listener.onFrame(frame);
  }

  /** A socket is kept for the next reply; an event stream is of one alone. */
  #end() {
    this.#reply = undefined;
    clearTimeout(this.#watchdog);
    if (this.#channel instanceof EventStreamChannel) this.#drop();
  }

  /** An error outside the reply's log: of the request, or of following. @param {Frame} frame */
  #refused(frame) {
    const { problem } = frame.data;
    const passing = this.#reply?.replyId ? PASSING_FOR_FOLLOWERS : PASSING;
    if (problem.code === 'session_over') {
      this.#over();
    } else if (passing.includes(problem.code)) {
      this.#retryLater(problem.retryAfter);
    } else {
      this.#end();
      this.#listener.onFrame(frame);
    }
  }

  /** @param {{ code?: number, opened: boolean }} end */
  #closed({ code, opened }) {
    this.#drop();
    if (code === CLOSE_SESSION_OVER) this.#over();
    else if (opened) this.#retryLater();
    else this.#neverOpened();
  }

  /** A browser does not tell why a handshake failed; that a ticket was given for it says it is not the session. */
  #neverOpened() {
    this.#unopened += 1;
    if (this.#unopened < MOST_UNOPENED) {
      this.#retryLater();
      return;
    }
    this.#listener.onWithoutSocket();
    if (this.#reply) this.#connect();
  }

  /** @param {unknown} error */
  #failed(error) {
    if (isSessionOver(error)) {
      this.#over();
      return;
    }
    const problem = problemOf(error);
    // An older server gives no tickets: it is as if its sockets did not open.
    if (!this.#isOpen && problem.status === 404) this.#neverOpened();
    else if (!this.#isOpen) this.#retryLater(problem.retryAfter);
    else this.#refused({ event: 'error', data: { problem } });
  }

  /**
   * Waits longer each time, and not exactly as long as everybody else does.
   * @param {number} [leastSeconds] As the server asked.
   */
  #retryLater(leastSeconds = 0) {
    this.#drop();
    if (!this.#reply) return;
    const wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.#attempts);
    const jittered = Math.max(wait * (0.75 + Math.random() / 2), leastSeconds * 1000);
    this.#attempts += 1;
    this.#retryTimer = setTimeout(() => this.#connect(), jittered);
    this.#listener.onLost(Math.max(1, Math.round(jittered / 1000)));
  }

  #renew() {
    if (this.#reply) this.#connect();
  }

  /** A tab that comes back may have slept for longer than its connection lived. */
  #renewUnlessHeard() {
    const isConnecting = this.#channel && !this.#isOpen;
    if (document.hidden || isConnecting) return;
    if (!this.#channel || Date.now() - this.#heardAt > QUIET_MS) this.#renew();
  }

  #over() {
    this.close();
    this.#listener.onSessionOver();
  }
}
