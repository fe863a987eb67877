import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Environment } from './config/environment.js';

type CorsOptions = NonNullable<Parameters<NestFastifyApplication['enableCors']>[0]>;

const EXPOSED_HEADERS = [
  'Location',
  'RateLimit-Limit',
  'RateLimit-Remaining',
  'RateLimit-Reset',
  'Retry-After',
  'Age',
  'X-Cache',
  'X-Request-Id',
];

/** The one route that wants a cookie: the one that GET /auth/github has set. */
const WITH_COOKIES = '/external-signup';

/** What pages of CORS_ORIGINS may do; those of this server need no permission. */
export function corsOptions({ CORS_ORIGINS }: Environment): CorsOptions {
  const options: CorsOptions = {
    origin: CORS_ORIGINS,
    methods: ['GET', 'POST', 'DELETE'],
    exposedHeaders: EXPOSED_HEADERS,
    maxAge: 600,
    // To whoever else asks for OPTIONS the answer would be a refusal without problem, id or line in the log.
    strictPreflight: false,
  };
  const withCookies: CorsOptions = { ...options, credentials: true };
  return {
    delegator: ({ url, method, headers }, decide) => {
      // Not a page of another origin, so there is nothing to permit.
      if (headers.origin === undefined && method !== 'OPTIONS') decide(null, { origin: false });
      else decide(null, url.split('?', 1)[0] === WITH_COOKIES ? withCookies : options);
    },
  };
}
