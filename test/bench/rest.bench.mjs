// How many cached GET /repos a second the server answers (token, throttle, session and cache, all on
// Redis), beside a bare Fastify route that sends the same bytes; and, step by step, where the rest
// goes: also what each takes of a core, which tells more where others work on the machine. Needs a
// build, a redis-server and Linux: npm run bench:rest
import { Pool } from 'undici';
import { GithubEmulator } from '../support/github.emulator.js';
import { RedisServer } from '../support/redis.server.js';
import { seededWorld } from '../support/world/seeded.world.js';
import { Program } from './program.mjs';
import { report } from './report.mjs';

const ROUNDS = 5;
const SECONDS = 2;
const CONNECTIONS = 16;
const MICROSECONDS = 1_000_000;

const median = (numbers) => numbers.toSorted((one, other) => one - other)[numbers.length >> 1];
const ratioOf = (all, base) =>
  Number(median(all.map((one, round) => one / base[round])).toFixed(2));

/** Requests a second, all of them answered 200, and microseconds of a core that each took. */
async function load({ program, path, headers }) {
  const pool = new Pool(program.url, { connections: CONNECTIONS });
  const usedBefore = program.cpuSeconds;
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
  const microseconds = ((program.cpuSeconds - usedBefore) / answered) * MICROSECONDS;
  await pool.close();
  return { perSecond, microseconds };
}

const redis = await RedisServer.start();
const github = await GithubEmulator.start(seededWorld());
const programs = [];
const started = async (starting) => {
  const program = await starting;
  programs.push(program);
  return program;
};
try {
  const server = await started(
    Program.startServer({ REDIS_URL: redis.url, GITHUB_API_URL: github.url }),
  );
  const signIn = await fetch(`${server.url}/pat`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ provider: 'github', token: GithubEmulator.TOKEN }),
  });
  const { accessToken } = await signIn.json();
  const headers = { authorization: `Bearer ${accessToken}` };
  await (await fetch(`${server.url}/repos`, { headers })).text();
  const cached = await fetch(`${server.url}/repos`, { headers });
  if (cached.headers.get('x-cache') !== 'HIT') {
    throw new Error('GET /repos does not come from the cache');
  }
  const BODY = await cached.text();
  const bare = await started(Program.start('test/bench/bare.fastify.mjs', { BODY }));
  const nest = await started(Program.start('test/bench/bare.nest.mjs', { PORT: '0' }));

  const targets = {
    'bare Fastify, same bytes': { program: bare, path: '/' },
    'bare Nest on Fastify': { program: nest, path: '/health/ready' },
    'GET /health/live (+ hooks)': { program: server, path: '/health/live' },
    'GET /session (+ token, throttle, session)': { program: server, path: '/session', headers },
    'GET /repos (+ cache)': { program: server, path: '/repos', headers, aim: '≥ 0.33' },
  };
  const runs = Object.fromEntries(Object.keys(targets).map((name) => [name, []]));
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (const [name, target] of Object.entries(targets)) {
      const run = await load(target);
      if (round > 0) runs[name].push(run);
    }
  }
  const of = (name, measure) => runs[name].map((run) => run[measure]);
  const [against] = Object.keys(targets);
  const base = of(against, 'perSecond');
  report(
    'rest',
    Object.keys(targets).flatMap((what) => {
      const rates = of(what, 'perSecond');
      const microseconds = Math.round(median(of(what, 'microseconds')));
      return [
        { what, value: Math.round(median(rates)), unit: 'requests/s' },
        { what, value: microseconds, unit: 'µs of a core a request' },
        ...(what === against
          ? []
          : [
              { what, value: ratioOf(rates, base), unit: 'ratio', aim: targets[what].aim, against },
            ]),
      ];
    }),
  );
} finally {
  for (const program of programs) await program.stop();
  await Promise.all([redis.stop(), github.stop()]);
}
