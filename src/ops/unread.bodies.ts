import type { FastifyInstance } from 'fastify';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { hangUp } from '../errors/raw-problem.js';

/** Of a body that nobody reads so much is taken in and dropped, for so long, while something comes. */
const MAX_DROPPED_BYTES = 8 * 1024 * 1024;
const MAX_DROPPING_MS = 10_000;
const MAX_SILENCE_MS = 2_000;

/** Connections that end with the answer that was sent last. */
const ending = new WeakSet<Socket>();

/**
 * Takes the rest of a body in that was refused before its end, and hangs up only then. Node destroys
 * the connection as soon as the answer is out; with something unread that is a reset, which clients may
 * see before the answer, and for which balancers such as nginx take the whole server for failed
 * (https://nginx.org/en/docs/http/ngx_http_upstream_module.html#max_fails).
 */
export function dropUnreadBodies(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', (request, reply, next) => {
    const { socket } = request.raw;
    if (!ending.has(socket)) {
      next();
      return;
    }
    // RFC 9112, 9.6: nothing more is answered on a connection that was said to end.
    reply.hijack();
    socket.destroy();
  });
  fastify.addHook('onSend', (request, reply, _payload, next) => {
    if (endAfterBody(request.raw)) void reply.header('connection', 'close');
    next();
  });
}

/**
 * Lets the connection end when what is left of the request's body has come, or too much of it.
 * @returns false for a request that has been read to its end.
 */
export function endAfterBody(request: IncomingMessage): boolean {
  const { socket } = request;
  if (request.complete || !hasBody(request)) return false;
  if (ending.has(socket)) return true;
  ending.add(socket);
  const read = readToEnd(request);
  // What Node calls when the answer is out.
  socket.destroySoon = () => {
    void read.then(() => {
      if (socket.writable) socket.end();
      hangUp(socket);
    });
  };
  return true;
}

/** Resolves when there is no more of it, or there was more than enough. */
function readToEnd(request: IncomingMessage): Promise<void> {
  return new Promise((resolve) => {
    let dropped = 0;
    const done = (): void => {
      clearTimeout(longest);
      clearTimeout(silence);
      resolve();
    };
    const longest = setTimeout(done, MAX_DROPPING_MS);
    const silence = setTimeout(done, MAX_SILENCE_MS);
    request.on('data', (chunk: Buffer | string) => {
      silence.refresh();
      dropped += chunk.length;
      if (dropped > MAX_DROPPED_BYTES) done();
    });
    request.once('close', done).once('end', done).resume();
  });
}

const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
