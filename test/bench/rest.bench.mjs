// How many cached GET /repos a second the server answers (token, throttle, session and cache, all on
// Redis), beside a bare Fastify route that sends the same bytes; and, step by step, where the rest
// goes. Needs a build and a redis-server: npm run bench:rest
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { Pool } from 'undici';
import { GithubEmulator } from '../support/github.emulator.js';
import { freePort, RedisServer } from '../support/redis.server.js';
import { seededWorld } from '../support/world/seeded.world.js';
import { report } from './report.mjs';

const ROUNDS = 5;
const SECONDS = 2;
const CONNECTIONS = 16;

const median = (numbers) => numbers.toSorted((one, other) => one - other)[numbers.length >> 1];
const ratioOf = (all, base) =>
  Number(median(all.map((one, round) => one / base[round])).toFixed(2));
const children = [];

function start(file, env = {}) {
  const child = spawn(process.execPath, [file], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH, ...env },
  });
  children.push(child);
  return child;
}

async function startServer(redisUrl, githubUrl) {
  const port = await freePort();
  const server = start('dist/main.js', {
    NODE_ENV: 'test',
    PORT: String(port),
    LOG_LEVEL: 'silent',
    REDIS_URL: redisUrl,
    GITHUB_API_URL: githubUrl,
    RATE_LIMIT_PER_MINUTE: '1000000',
  });
  for await (const line of createInterface({ input: server.stderr })) {
    if (line.includes('docs')) break;
  }
  server.stderr.resume();
  return `http://127.0.0.1:${port}`;
}

async function startBare(body) {
  const bare = start('test/bench/bare.fastify.mjs');
  bare.stdin.end(body);
  const [url] = await once(createInterface({ input: bare.stdout }), 'line');
  return url;
}

/** Requests a second, all of them answered 200. */
async function rate({ url, path, headers }) {
  const pool = new Pool(url, { connections: CONNECTIONS });
  const begun = performance.now();
  const endsAt = begun + SECONDS * 1000;
  let answered = 0;
  const client = async () => {
    while (performance.now() < endsAt) {
      const { statusCode, body } = await pool.request({ method: 'GET', path, headers });
      await body.dump();
      if (statusCode !== 200) throw new Error(`GET ${path} answered ${statusCode}`);
      answered += 1;
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, client));
  const perSecond = answered / ((performance.now() - begun) / 1000);
  await pool.close();
  return perSecond;
}

const redis = await RedisServer.start();
const github = await GithubEmulator.start(seededWorld());
try {
  const url = await startServer(redis.url, github.url);
  const signIn = await fetch(`${url}/pat`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ provider: 'github', token: GithubEmulator.TOKEN }),
  });
  const { accessToken } = await signIn.json();
  const headers = { authorization: `Bearer ${accessToken}` };
  await (await fetch(`${url}/repos`, { headers })).text();
  const cached = await fetch(`${url}/repos`, { headers });
  if (cached.headers.get('x-cache') !== 'HIT') {
    throw new Error('GET /repos does not come from the cache');
  }
  const bare = await startBare(await cached.text());

  const targets = {
    'bare Fastify, same bytes': { url: bare, path: '/' },
    'GET /health/live (Nest, headers)': { url, path: '/health/live' },
    'GET /session (+ token, throttle, session)': { url, path: '/session', headers },
    'GET /repos (+ cache)': { url, path: '/repos', headers },
  };
  const rates = Object.fromEntries(Object.keys(targets).map((name) => [name, []]));
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (const [name, target] of Object.entries(targets)) {
      const perSecond = await rate(target);
      if (round > 0) rates[name].push(perSecond);
    }
  }
  const [against] = Object.keys(targets);
  report(
    'rest',
    Object.entries(rates).flatMap(([name, all]) => [
      { what: name, value: Math.round(median(all)), unit: 'requests/s' },
      ...(name === against
        ? []
        : [{ what: name, value: ratioOf(all, rates[against]), unit: 'ratio', against }]),
    ]),
  );
} finally {
  for (const child of children) child.kill();
  await Promise.all([redis.stop(), github.stop()]);
}
