import type { FastifyInstance } from 'fastify';
import { Histogram, type Registry } from 'prom-client';
import { whenAnswered } from '../answered.js';

/** The last ones are for event streams, and for recaps that are waited for. */
const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 120];
const METHODS = new Set(['GET', 'HEAD', 'POST', 'DELETE', 'OPTIONS']);

/**
 * Counts and times every request by its route's pattern: what a client may choose freely, such as a
 * path or a method that is not served, must not make labels of its own.
 */
export function measureRequests(fastify: FastifyInstance, registry: Registry): void {
  const duration = new Histogram({
    name: 'git_recap_http_request_duration_seconds',
    help: 'Requests, from their headers to the end of the answer; status=499: the client left before it.',
    labelNames: ['method', 'route', 'status'],
    buckets: SECONDS,
    registers: [registry],
  });
  fastify.addHook('onRequest', ({ method: asked, routeOptions }, reply, next) => {
    const method = METHODS.has(asked) ? asked : 'other';
    whenAnswered(reply, (status) => {
      const labels = { method, route: routeOptions.url ?? 'none', status };
      duration.observe(labels, reply.elapsedTime / 1_000);
    });
    next();
  });
}
