// The built server as it is shipped: it starts in either mode, answers, reads every provider, stops
// when told to, and refuses to start in production without what production needs.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { runBuiltServer, within, withBuiltServer } from './built.server.mjs';
import { expectLazyParts } from './lazy-parts.mjs';

const REDIS_URL = process.env.REDIS_TEST_URL ?? 'redis://127.0.0.1:6379';
const JWT_SECRET_KEY = randomBytes(32).toString('hex');

async function expectAnswers(url) {
  const expected = {
    '/health/live': 'application/json',
    '/health/ready': 'application/json',
    '/docs/json': 'application/json',
    '/docs/asyncapi.json': 'application/json',
    '/docs': 'text/html',
    '/': 'text/html',
    '/app/main.js': 'application/javascript',
    '/favicon.svg': 'image/svg',
  };
  for (const [path, type] of Object.entries(expected)) {
    const response = await fetch(url + path);
    assert.equal(response.status, 200, `GET ${path}`);
    assert.match(response.headers.get('content-type'), new RegExp(`^${type}`), `GET ${path}`);
  }
}

await withBuiltServer({}, expectAnswers);
await withBuiltServer({ NODE_ENV: 'production', REDIS_URL, JWT_SECRET_KEY }, expectAnswers);
// Whoever started it has gone, and everything it prints ends in EPIPE.
await withBuiltServer({ LOG_LEVEL: 'info' }, expectAnswers, false);
await expectLazyParts();

for (const incomplete of [{ REDIS_URL }, { JWT_SECRET_KEY }]) {
  const server = runBuiltServer({ NODE_ENV: 'production', PORT: '0', ...incomplete });
  const [code] = await within(20_000, 'refuse to start', once(server, 'exit'));
  assert.notEqual(code, 0, `production starts with nothing but ${Object.keys(incomplete)}`);
}
