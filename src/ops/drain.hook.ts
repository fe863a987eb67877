import type { FastifyInstance } from 'fastify';
import type { Drain } from './drain.js';

/**
 * Lets requests finish before the server closes. Who asks while the process ends is answered, and told
 * to come by another connection next time: that one leads to another process.
 */
export function finishRequests(fastify: FastifyInstance, drain: Drain): void {
  fastify.addHook('onRequest', (_request, reply, next) => {
    reply.raw.once('close', drain.enter());
    next();
  });
  fastify.addHook('onSend', (_request, reply, _payload, next) => {
    if (drain.draining.aborted) void reply.header('connection', 'close');
    // Else Node would add how long it keeps a connection. Some balancers (haproxy) hand that on to clients
    // although it is not true of theirs, and these ask once more on what is just being closed.
    else if (reply.raw.shouldKeepAlive) void reply.header('connection', 'keep-alive');
    next();
  });
}
