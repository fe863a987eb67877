// The built server as several processes behind a real haproxy, under load, while pods come and go:
// npm run chaos [-- --short]
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { goOnWith } from '../support/llm.continuation.js';
import { startLlmEmulator } from '../support/llm.emulator.js';
import { freePort, RedisServer } from '../support/redis.server.js';
import { RepositoryFolder } from '../support/repository.js';
import { BuiltPod } from './built.pod.js';
import { Haproxy } from './haproxy.js';
import { Load } from './load.js';

const isShort = process.argv.includes('--short');
const size = isShort
  ? { pods: 2, readers: 12, requestsPerSecond: 20, words: 8 }
  : { pods: 3, readers: 200, requestsPerSecond: 200, words: 12 };
const TEXT = `- ${'on and on '.repeat(size.words)}and out.\n`;

const JWT_SECRET_KEY = randomBytes(32).toString('hex');
const folder = new RepositoryFolder().add('one', [{ subject: 'feat: one' }]);
const llm = await startLlmEmulator((request) =>
  goOnWith({ steps: [{ text: TEXT, cites: [0] }], tokensPerSecond: 6 }, request),
);
const redis = await RedisServer.start();
const ports: number[] = [];
while (ports.length < size.pods) ports.push(await freePort());
const pods = ports.map(
  (port) =>
    new BuiltPod(port, {
      REDIS_URL: redis.url,
      JWT_SECRET_KEY,
      GIT_ROOT: folder.path,
      ANTHROPIC_API_KEY: 'sk-test',
      ANTHROPIC_BASE_URL: llm.url,
      RATE_LIMIT_PER_MINUTE: '1000000',
      SESSIONS_PER_USER: '1000',
    }),
);
const haproxy = await Haproxy.start(ports);

const restart = async (signal: 'SIGTERM' | 'SIGKILL', pod: BuiltPod): Promise<void> => {
  const code = await pod.end(signal);
  if (signal === 'SIGTERM') assert.equal(code, 0, 'a pod that is told to stop ends well');
  await pod.start();
  await haproxy.seesAll();
};

const scenarios = {
  'rolling restart': async (): Promise<void> => {
    for (const pod of pods) await restart('SIGTERM', pod);
  },
  'killed pod': () => restart('SIGKILL', pods[0]!),
};

try {
  await Promise.all(pods.map((pod) => pod.start()));
  await haproxy.seesAll();
  for (const [name, play] of Object.entries(scenarios)) {
    const load = new Load(haproxy.url, size, TEXT);
    const retriesBefore = await haproxy.retries();
    const begunAt = performance.now();
    const { over } = await load.start();
    await sleep(2_000);
    await play().finally(() => load.stop());
    await over;
    const seconds = ((performance.now() - begunAt) / 1_000).toFixed(1);
    const retried = (await haproxy.retries()) - retriesBefore;
    console.log(
      `${name}: ${seconds} s, ${size.pods} pods, ${load.replies} replies (${load.resumed} resumptions), ` +
        `${load.requests} requests (${retried} retried by haproxy), ${load.failures.length} failed`,
    );
    assert.deepEqual(load.failures.slice(0, 5), [], name);
    assert.ok(load.replies >= size.readers && load.requests > 0, 'there was a load');
  }
} finally {
  await haproxy.stop();
  await Promise.all(pods.map((pod) => pod.end('SIGKILL')));
  await redis.stop();
  await llm.close();
  folder.remove();
}
