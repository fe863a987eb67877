import type { FastifyInstance, FastifyRequest } from 'fastify';
import { finished, type Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';

/** How long what works for clients that are gone may take to notice. */
const NOTICED_MS = 3_000;

/**
 * Makes the end of the server wait for what still works on requests although their connections were
 * closed: it would go on importing, asking and waiting when the rest is gone.
 */
export function awaitHandlers(fastify: FastifyInstance): void {
  const running = new Set<FastifyRequest>();
  let onNone = (): void => undefined;
  const settle = (request: FastifyRequest): void => {
    running.delete(request);
    if (running.size === 0) onNone();
  };
  // From here on there is a handler, and every handler sends something, whoever listens.
  fastify.addHook('preHandler', (request, _reply, next) => {
    running.add(request);
    next();
  });
  fastify.addHook('onSend', (request, _reply, payload, next) => {
    if (isStream(payload)) finished(payload, () => settle(request));
    else settle(request);
    next();
  });
  fastify.addHook('onClose', async () => {
    if (running.size === 0) return;
    const patience = new AbortController();
    const none = new Promise<void>((resolve) => (onNone = resolve));
    const { signal } = patience;
    await Promise.race([none, pause(NOTICED_MS, undefined, { signal }).catch(() => undefined)]);
    patience.abort();
  });
}

const isStream = (payload: unknown): payload is Readable =>
  typeof payload === 'object' && payload !== null && 'pipe' in payload;
