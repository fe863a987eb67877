// How long `dist` takes from being started to answering GET /health/ready, as in production, on Redis,
// and what memory it then rests at; beside the least that Nest on Fastify can be, started in turns:
// that one as it is installed, dist put together into few files (bundle.mjs).
// Needs a build and a redis-server: npm run bench:startup
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { get } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort, RedisServer } from '../support/redis.server.js';
import { report } from './report.mjs';

const RUNS = 11;
const ASKED_EVERY_MS = 2;
const READY_WITHIN_MS = 20_000;
const IDLE_MS = 1_500;

const median = (numbers) => numbers.toSorted((one, other) => one - other)[numbers.length >> 1];

async function isReady(port) {
  const request = get({ host: '127.0.0.1', port, path: '/health/ready', agent: false });
  try {
    const [response] = await once(request, 'response');
    response.resume();
    return response.statusCode === 200;
  } catch {
    return false;
  }
}

/** In MiB, of what is not swapped out. */
async function residentMemory(pid) {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)[1]) / 1024;
}

/** Starts the program on a free port until it is ready and has rested. */
async function startUp({ program, environment }) {
  const port = await freePort();
  const { PATH, HOME } = process.env;
  const begunAt = performance.now();
  const child = spawn(process.execPath, [program], {
    env: { PATH, HOME, ...environment, PORT: String(port) },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  try {
    while (!(await isReady(port))) {
      if (child.exitCode !== null || performance.now() - begunAt > READY_WITHIN_MS) {
        throw new Error(`${program} did not get ready.`);
      }
      await sleep(ASKED_EVERY_MS);
    }
    const milliseconds = performance.now() - begunAt;
    await sleep(IDLE_MS);
    return { milliseconds, mebibytes: await residentMemory(child.pid) };
  } finally {
    if (child.exitCode === null) {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
  }
}

const redis = await RedisServer.start();
const server = {
  program: 'dist/main.js',
  environment: {
    NODE_ENV: 'production',
    HOST: '127.0.0.1',
    JWT_SECRET_KEY: 'only-for-measuring-the-start-of-it',
    REDIS_URL: redis.url,
    LOG_LEVEL: 'silent',
  },
};
const bare = { program: 'test/bench/bare.nest.mjs', environment: {} };
try {
  const runs = [];
  for (let run = 0; run <= RUNS; run += 1) {
    const pair = { bare: await startUp(bare), server: await startUp(server) };
    if (run > 0) runs.push(pair);
  }
  const middle = (name, measure) => Math.round(median(runs.map((run) => run[name][measure])));
  const ratio = median(runs.map((run) => run.server.milliseconds / run.bare.milliseconds));
  const against = 'bare Nest on Fastify';
  report('startup', [
    { what: 'ready', value: middle('server', 'milliseconds'), unit: 'ms', aim: '≤ 1000' },
    { what: `ready, ${against}`, value: middle('bare', 'milliseconds'), unit: 'ms' },
    { what: 'ready', value: Number(ratio.toFixed(2)), unit: 'ratio', aim: '≤ 1.6', against },
    { what: 'idle RSS', value: middle('server', 'mebibytes'), unit: 'MiB', aim: '≤ 120' },
    { what: `idle RSS, ${against}`, value: middle('bare', 'mebibytes'), unit: 'MiB' },
  ]);
} finally {
  await redis.stop();
}
