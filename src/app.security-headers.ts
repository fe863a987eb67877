import type { FastifyInstance } from 'fastify';
import helmet from 'helmet';
import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { Environment } from './config/environment.js';

/** Sends every answer with the headers that keep browsers from misusing it. */
export function setSecurityHeaders(fastify: FastifyInstance, environment: Environment): void {
  const headers = securityHeaders(environment);
  fastify.addHook('onRequest', (_request, reply, next) => {
    void reply.headers(headers);
    next();
  });
}

/** Helmet's, asked for once: they are the same for all answers, and it composes them anew for each. */
function securityHeaders({ HSTS_SECONDS }: Environment): Record<string, string> {
  const request = new IncomingMessage(new Socket());
  const response = new ServerResponse(request);
  helmet({
    contentSecurityPolicy: CONTENT_SECURITY_POLICY,
    // For others on the same host it would be a promise that is not this server's to give.
    strictTransportSecurity: HSTS_SECONDS > 0 && { maxAge: HSTS_SECONDS, includeSubDomains: false },
  })(request, response, () => undefined);
  return Object.fromEntries(
    Object.entries(response.getHeaders()).map(([name, value]) => [name, String(value)]),
  );
}

const CONTENT_SECURITY_POLICY = {
  useDefaults: false,
  directives: {
    defaultSrc: ["'none'"],
    scriptSrc: ["'self'"],
    styleSrc: ["'self'"],
    imgSrc: ["'self'", 'data:'],
    connectSrc: ["'self'"],
    fontSrc: ["'self'"],
    baseUri: ["'none'"],
    formAction: ["'none'"],
    frameAncestors: ["'none'"],
  },
};
