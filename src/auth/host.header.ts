import type { FastifyInstance } from 'fastify';
import type { IncomingMessage } from 'node:http';
import { DomainError } from '../errors/domain.error.js';

/**
 * RFC 9112, 3.2: of two Host headers a proxy may have looked at the one and the server at the other.
 * Only before HTTP/1.1 there may be none.
 * @throws DomainError `invalid_request`.
 */
export function checkOneHost({ rawHeaders, httpVersion }: IncomingMessage): void {
  const names = rawHeaders.filter((_text, index) => index % 2 === 0);
  const count = names.filter((name) => name.toLowerCase() === 'host').length;
  if (count === 1 || (count === 0 && httpVersion === '1.0')) return;
  throw new DomainError('invalid_request', 'A request has one Host header.');
}

export function requireOneHost(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', async (request) => checkOneHost(request.raw));
}
