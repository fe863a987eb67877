import type { RawServerDefault } from 'fastify';

/**
 * Serves a request whose Expect header wants something unknown as if it did not, which RFC 9110, 10.1.1
 * allows: Node would answer 417 by itself, without a problem, an id or a line in the log.
 */
export function ignoreExpectations(server: RawServerDefault): void {
  server.on('checkExpectation', (request, response) => server.emit('request', request, response));
}
