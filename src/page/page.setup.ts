import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const PUBLIC = join(import.meta.dirname, 'public');

/** The libraries the page imports: one module of each package, and nothing else of it is served. */
const VENDOR = {
  'marked.js': { library: 'marked', module: 'marked.esm.js' },
  'dompurify.js': { library: 'dompurify', module: 'purify.es.mjs' },
} as const;

/**
 * Serves the page at `/`, its modules and styles beside it, and its libraries under `/vendor/`.
 * Browsers keep the files but ask each time whether they changed: their names hold no version.
 */
export async function servePage(fastify: FastifyInstance): Promise<void> {
  await fastify.register(fastifyStatic, {
    root: PUBLIC,
    // One route a file: whatever else is asked for is answered like any unknown path.
    wildcard: false,
    decorateReply: !fastify.hasReplyDecorator('sendFile'),
  });
  const { resolve } = createRequire(import.meta.url);
  for (const [name, { library, module }] of Object.entries(VENDOR)) {
    const folder = dirname(resolve(library));
    fastify.get(`/vendor/${name}`, (_request, reply) => reply.sendFile(module, folder));
  }
}
