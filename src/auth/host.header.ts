import type { FastifyInstance } from 'fastify';
import type { IncomingMessage } from 'node:http';
import { DomainError } from '../errors/domain.error.js';

/**
 * RFC 9112, 3.2: of two Host headers a proxy may have looked at the one and the server at the other.
 * @throws DomainError `invalid_request`.
 */
export function checkOneHost({ rawHeaders }: IncomingMessage): void {
  const names = rawHeaders.filter((_text, index) => index % 2 === 0);
  if (names.filter((name) => name.toLowerCase() === 'host').length <= 1) return;
  throw new DomainError('invalid_request', 'A request has one Host header.');
}

export function refuseSeveralHosts(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', async (request) => checkOneHost(request.raw));
}
