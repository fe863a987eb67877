import type { FastifyInstance } from 'fastify';
import { DomainError } from '../errors/domain.error.js';

const LOCAL_HOST = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i;

/** Whether a Host header names this machine. */
export const isLocalHost = (host: string | undefined): boolean => LOCAL_HOST.test(host ?? '');

/**
 * Refuses requests for foreign hosts: a page of another site whose name was made to resolve to this
 * machine (DNS rebinding) sends its own name.
 */
export function refuseForeignHosts(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', (request, _reply, next) => {
    if (isLocalHost(request.headers.host)) {
      next();
      return;
    }
    next(new DomainError('foreign_host', 'This development server answers only to localhost.'));
  });
}
