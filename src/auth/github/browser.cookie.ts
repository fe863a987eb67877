import type { FastifyReply, FastifyRequest } from 'fastify';
import { randomBytes } from 'node:crypto';
import type { Environment } from '../../config/environment.js';

const KEY_BYTES = 32;
const KEY = /^[\w-]{43}$/;

/**
 * With the prefix browsers take it only over https and from this very host, so that no neighbour
 * under the same domain can plant one: https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Set-Cookie
 */
const nameIn = ({ isProduction }: Environment): string =>
  isProduction ? '__Host-git-recap-sign-in' : 'git-recap-sign-in';

/** The key that only the browser holds which a sign-in began in; undefined in any other. */
export function browserKeyOf(
  request: FastifyRequest,
  environment: Environment,
): string | undefined {
  const name = nameIn(environment);
  const pairs = (request.headers.cookie ?? '').split(';').map((pair) => pair.trim().split('='));
  const key = pairs.find(([found]) => found === name)?.[1] ?? '';
  return KEY.test(key) ? key : undefined;
}

/** Gives the browser a key, or more time for the one it has: two tabs may sign in at once. */
export function giveBrowserKey(
  request: FastifyRequest,
  reply: FastifyReply,
  environment: Environment,
  lifetimeMs: number,
): string {
  const key = browserKeyOf(request, environment) ?? randomBytes(KEY_BYTES).toString('base64url');
  const attributes = [
    `${nameIn(environment)}=${key}`,
    'Path=/',
    `Max-Age=${lifetimeMs / 1000}`,
    'HttpOnly',
    'SameSite=Lax',
    ...(environment.isProduction ? ['Secure'] : []),
  ];
  void reply.header('set-cookie', attributes.join('; '));
  return key;
}
