import type { FastifyInstance } from 'fastify';

/**
 * What is true of every answer, whoever made it: that it depends on who asks (a cache that stored one
 * without `Access-Control-Allow-Origin` would hand it to pages that need it), and, where its maker says
 * nothing of it, that it is not to be stored.
 */
export function guardAgainstCaches(fastify: FastifyInstance): void {
  fastify.addHook('onSend', (_request, reply, _payload, next) => {
    void reply.header('vary', withOrigin(reply.getHeader('vary')));
    if (!reply.hasHeader('cache-control')) void reply.header('cache-control', 'no-store');
    next();
  });
}

function withOrigin(vary: number | string | string[] | undefined): string {
  const names = [vary ?? []].flat().join(',').split(',');
  const others = names.map((name) => name.trim()).filter((name) => name && !isOrigin(name));
  return ['Origin', ...others].join(', ');
}

const isOrigin = (name: string): boolean => name.toLowerCase() === 'origin';
