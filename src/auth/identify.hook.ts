import type { FastifyInstance } from 'fastify';
import type { Connection } from '../providers/connection.js';
import type { Identity, Session } from './session.js';
import type { TokenService } from './token.service.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who the Bearer token says is asking; absent without a token that verifies. */
    identity?: Identity;
    /** Set by the session guard. */
    session?: Session;
    /** Set by the guards that check a credential with its provider. */
    connection?: Connection;
  }
}

const BEARER = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/i;

/** Verifies the Bearer token of every request, before throttling; what follows from it guards decide. */
export function identifyRequests(fastify: FastifyInstance, tokens: TokenService): void {
  fastify.decorateRequest('identity');
  fastify.decorateRequest('session');
  fastify.decorateRequest('connection');
  fastify.addHook('onRequest', async (request) => {
    const accessToken = bearerOf(request.headers.authorization);
    if (accessToken) request.identity = await tokens.verify(accessToken).catch(() => undefined);
  });
}

/** The access token in an Authorization header. */
export function bearerOf(header: string | undefined): string | undefined {
  return BEARER.exec(header ?? '')?.[1];
}
