import type { FastifyInstance } from 'fastify';

/**
 * One line a request, when it has been answered; the answer carries the id that the line has. The
 * query is left out: it holds what people look for.
 */
export function logRequests(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', (request, reply, next) => {
    void reply.header('x-request-id', request.id);
    next();
  });
  fastify.addHook('onResponse', (request, reply, next) => {
    request.log.info(
      {
        method: request.method,
        path: request.url.split('?', 1)[0],
        status: reply.statusCode,
        milliseconds: Math.round(reply.elapsedTime),
        client: request.ip,
      },
      'request',
    );
    next();
  });
}
