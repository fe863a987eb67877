import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { onceClosed } from './answered.js';
import type { Drain } from './drain.js';

/**
 * Lets requests finish before the server closes. Who asks while the process ends is answered, and told
 * to come by another connection next time: that one leads to another process.
 */
export function finishRequests(fastify: FastifyInstance, drain: Drain): void {
  fastify.addHook('onRequest', (_request, reply, next) => {
    onceClosed(reply, drain.enter());
    next();
  });
  fastify.addHook('onSend', (request, reply, _payload, next) => {
    if (drain.draining.aborted) void reply.header('connection', 'close');
    else if (staysOpen(request, reply)) void reply.header('connection', 'keep-alive');
    next();
  });
}

/**
 * Where nothing is said of the connection, Node adds how long it keeps it. Some balancers (haproxy) hand
 * that on to clients although it is not true of theirs, and these ask once more on what is just being
 * closed. HTTP/1.0 knows answers that only the end of the connection ends.
 */
function staysOpen({ raw: { httpVersion } }: FastifyRequest, reply: FastifyReply): boolean {
  return httpVersion === '1.1' && reply.raw.shouldKeepAlive && !reply.hasHeader('connection');
}
