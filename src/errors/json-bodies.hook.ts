import type { FastifyInstance } from 'fastify';
import { DomainError } from './domain.error.js';

/**
 * Bodies are JSON and nothing else, parsed by Fastify's own parser (which refuses `__proto__`); what
 * it cannot parse is a problem with a code of its own.
 */
export function acceptJsonBodies(fastify: FastifyInstance): void {
  const parse = fastify.getDefaultJsonParser('error', 'error');
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser<string>(
    'application/json',
    { parseAs: 'string' },
    (request, body, done) => {
      void parse(request, body, (cause, value) => {
        if (!cause) done(null, value);
        else done(new DomainError('malformed_json', 'The body cannot be read as JSON.', { cause }));
      });
    },
  );
}
