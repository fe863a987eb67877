import type { FastifyInstance, FastifyRequest } from 'fastify';
import { whenAnswered } from './answered.js';

/** As proxies make them: hexadecimal (ingress-nginx), UUIDs, base64. */
const PROXY_REQUEST_ID = /^[\w.:=+/-]{1,128}$/;

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
      const { problemCode: code } = request;
      const proxyRequestId = idOfProxy(request);
      request.log.info(
        { method, path, status, code, milliseconds, client, proxyRequestId },
        'request',
      );
    });
    next();
  });
}

/** The id under which a proxy before the server has the request in its own log. */
function idOfProxy({ headers }: FastifyRequest): string | undefined {
  const id = headers['x-request-id'];
  return typeof id === 'string' && PROXY_REQUEST_ID.test(id) ? id : undefined;
}
