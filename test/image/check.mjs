// The image as docker/check-image.sh built it: it serves in production, reads repositories, writes a
// recap, and finishes that when it is told to stop.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { readEventStream } from '../support/event-stream.js';
import { GitServer } from '../support/git-server.js';
import { startLlmEmulator } from '../support/llm.emulator.js';
import { freePort, RedisServer } from '../support/redis.server.js';
import { RepositoryFolder } from '../support/repository.js';
import { Container } from './container.mjs';

const STOPPED_WITHIN_MS = 15_000;
/** Some three seconds of text. */
const STEADY = {
  steps: [{ text: `- ${'on and on '.repeat(30)}\n`, cites: [0] }],
  tokensPerSecond: 20,
};

await inProduction();
console.log('image: serves in production, confined, and stops with exit code 0');
await withRepositories();
console.log('image: clones, recaps, and finishes a running reply before it stops with exit code 0');

async function using(container, use) {
  try {
    await container.untilReady();
    await use(container);
  } catch (error) {
    console.log(container.logs());
    throw error;
  } finally {
    container.remove();
  }
}

async function inProduction() {
  const redis = await RedisServer.start();
  try {
    const JWT_SECRET_KEY = randomBytes(32).toString('hex');
    const container = new Container(await freePort(), { JWT_SECRET_KEY, REDIS_URL: redis.url });
    await using(container, answerAndStop);
  } finally {
    await redis.stop();
  }
}

async function answerAndStop(container) {
  container.expectConfined();
  container.expectLean();
  for (const path of ['/health/live', '/docs', '/']) {
    assert.equal((await fetch(container.url + path)).status, 200, path);
  }
  // Production lets nobody in without an account.
  assert.equal((await post(container.url, '/clone', { path: '.' })).status, 401);
  container.terminate();
  assert.equal(await container.ended(STOPPED_WITHIN_MS), 0);
}

async function withRepositories() {
  const folder = new RepositoryFolder().add('project.git', [{ subject: 'feat: one' }]);
  const keys = join(folder.path, 'keys');
  mkdirSync(keys);
  // The container's user is none of this machine's.
  chmodSync(folder.path, 0o755);
  const [llm, host] = [
    await startLlmEmulator(() => STEADY),
    await GitServer.start(folder.path, keys),
  ];
  try {
    const variables = {
      NODE_ENV: 'development',
      GIT_ROOT: '/repositories',
      GIT_HOSTS: host.host,
      GIT_CACHE_DIR: '/var/cache/git-recap',
      NODE_EXTRA_CA_CERTS: '/repositories/keys/ca.pem',
      ANTHROPIC_API_KEY: 'made-for-a-test',
      ANTHROPIC_BASE_URL: llm.url,
    };
    const mount = `--volume=${folder.path}:/repositories:ro`;
    const container = new Container(await freePort(), variables, mount);
    await using(container, (running) => recapWhileItEnds(running, host));
  } finally {
    await llm.close();
    await host.stop();
    folder.remove();
  }
}

async function recapWhileItEnds(container, host) {
  const { url } = container;
  const grant = await (await post(url, '/clone', { path: 'project.git' })).json();
  assert.equal(grant.connections?.length, 1, JSON.stringify(grant));
  const remote = await post(url, '/clone', { url: host.url('project.git') }, grant.accessToken);
  assert.equal(remote.status, 201, await remote.text());

  const recap = await post(url, '/recaps', {}, grant.accessToken);
  assert.equal(recap.status, 200);
  let text = '';
  let told = false;
  for await (const piece of recap.body.pipeThrough(new TextDecoderStream())) {
    text += piece;
    if (told || !text.includes('event: token')) continue;
    told = true;
    container.terminate();
  }
  const events = readEventStream(text);
  assert.equal(events.at(-1).event, 'done', text);
  assert.equal(events.at(-1).data.stopReason, 'end');
  assert.ok(events.some(({ event }) => event === 'citation'));
  const written = events.filter(({ event }) => event === 'token').map(({ data }) => data.text);
  assert.ok(written.join('').includes(STEADY.steps[0].text.trim()));
  assert.ok(told && written.length > 5, 'The reply was over before the server was told to stop.');
  assert.equal(await container.ended(STOPPED_WITHIN_MS), 0);
}

function post(url, path, body, token) {
  return fetch(url + path, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: path === '/recaps' ? 'text/event-stream' : 'application/json',
      ...(token && { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify(body),
  });
}
