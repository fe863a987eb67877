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
    next();
  });
}
