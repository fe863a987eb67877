// How much longer POST /clone takes for one session while another one has asked for repositories at sixty
// hosts that take connections and say nothing. npm run bench:hosts
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApp } from '../../src/app.setup.js';
import { GitServer } from '../support/git-server.js';
import { SilentHost } from '../support/silent.host.js';
import { report } from './report.mjs';

const HOSTS = 60;
const RUNS = 15;

const median = (numbers) => numbers.toSorted((one, other) => one - other)[numbers.length >> 1];
const round = (number) => Number(number.toFixed(2));

const root = mkdtempSync(join(tmpdir(), 'git-recap-bench-'));
execFileSync('git', ['init', '--quiet', join(root, 'one')]);
const identity = ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.com'];
execFileSync('git', [
  '-C',
  join(root, 'one'),
  ...identity,
  'commit',
  '-qm',
  'one',
  '--allow-empty',
]);
mkdirSync(join(root, 'keys'));
const host = await GitServer.start(root, join(root, 'keys'));
process.env.NODE_EXTRA_CA_CERTS = host.authorityFile;
const silent = await Promise.all(Array.from({ length: HOSTS }, () => SilentHost.start()));
const app = await createApp({
  NODE_ENV: 'test',
  LOG_LEVEL: 'silent',
  RATE_LIMIT_PER_MINUTE: '100000',
  GIT_ROOT: root,
  GIT_HOSTS: [host, ...silent].map((one) => one.host).join(','),
  GIT_CACHE_DIR: join(root, 'cache'),
});
await app.listen(0, '127.0.0.1');
const url = `http://127.0.0.1:${app.getHttpServer().address().port}`;

async function clone(body, { token, signal } = {}) {
  const headers = { 'content-type': 'application/json' };
  if (token) headers.authorization = `Bearer ${token}`;
  const request = { method: 'POST', headers, body: JSON.stringify(body), signal };
  const response = await fetch(`${url}/clone`, request);
  return { status: response.status, ...(await response.json()) };
}

async function timesOf(token) {
  const times = [];
  for (let run = 0; run < RUNS; run += 1) {
    const start = performance.now();
    const { status } = await clone({ url: host.url('one') }, { token });
    if (status !== 201) throw new Error(`POST /clone was answered with ${status}`);
    times.push(performance.now() - start);
  }
  return times;
}

const leaving = new AbortController();
try {
  const [hanging, other] = [await clone({ path: 'one' }), await clone({ path: 'one' })];
  await timesOf(other.accessToken);
  const alone = median(await timesOf(other.accessToken));
  const { signal } = leaving;
  for (const one of silent) {
    const asked = clone({ url: `https://${one.host}/a` }, { token: hanging.accessToken, signal });
    asked.catch(() => undefined);
  }
  while (silent.every(({ visitors }) => visitors === 0)) await new Promise(setImmediate);
  const beside = median(await timesOf(other.accessToken));
  report('hosts', [
    { what: 'POST /clone alone', value: round(alone), unit: 'ms' },
    {
      what: `POST /clone beside ${HOSTS} hanging hosts of another session`,
      value: round(beside / alone),
      unit: 'ratio',
      aim: '≤ 2',
      against: 'POST /clone alone',
    },
  ]);
} finally {
  leaving.abort();
  await app.close();
  await host.stop();
  for (const one of silent) one.stop();
  rmSync(root, { recursive: true, force: true });
}
