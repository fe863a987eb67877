import type { FastifyInstance } from 'fastify';
import { whenAnswered } from './answered.js';

/**
 * One line a request, when it has been answered or its client has left; the answer carries the id that
 * the line has. The query is left out: it holds what people look for.
 */
export function logRequests(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', (request, reply, next) => {
    void reply.header('x-request-id', request.id);
    // A connection that is gone has no address any more.
    const { ip: client, method, url } = request;
    whenAnswered(reply, (status) => {
      const milliseconds = Math.round(reply.elapsedTime);
      const path = url.split('?', 1)[0];
      request.log.info({ method, path, status, milliseconds, client }, 'request');
    });
    next();
  });
}
