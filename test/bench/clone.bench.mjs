// What a week of a large repository costs by its URL, beside a copy of its history without files (as it
// was read before) and a whole clone, all from git's own server side behind https. npm run bench:clone
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApp } from '../../src/app.setup.js';
import { importBusyHistory } from '../support/busy-history.mjs';
import { HISTORY_END } from '../support/git-history.mjs';
import { GitServer } from '../support/git-server.js';
import { report } from './report.mjs';

const COMMITS = 200_000;
const BRANCHES = 300;
const RUNS = 9;
const CLONES = 1;
const WEEK = {
  since: new Date((HISTORY_END - 7 * 86_400) * 1000).toISOString(),
  until: new Date(HISTORY_END * 1000).toISOString(),
  author: '*',
  limit: 1000,
};

const median = (numbers) => numbers.toSorted((one, other) => one - other)[numbers.length >> 1];
const round = (number) => Number(number.toFixed(2));
const mebibytes = (bytes) => round(bytes / 1024 / 1024);

/** What something took: milliseconds, bytes that the host sent, and questions that it was asked. */
async function costOf(host, work) {
  const [sent, asked, wished] = [host.sent, host.requests.length, host.wishes.length];
  const start = performance.now();
  const result = await work();
  const time = performance.now() - start;
  const [requests, wishes] = [host.requests.slice(asked), host.wishes.slice(wished)];
  return { result, time, bytes: host.sent - sent, requests, wishes };
}

async function clone(host, root, ...options) {
  const copy = join(root, 'copy');
  const command = ['clone', '--quiet', '--bare', ...options, host.url('busy.git'), copy];
  const { PATH } = process.env;
  const env = { PATH, HOME: root, GIT_SSL_CAINFO: host.authorityFile };
  const git = spawn('git', command, { stdio: 'inherit', env });
  const [code] = await once(git, 'exit');
  if (code !== 0) throw new Error(`git clone ended with ${code}`);
  rmSync(copy, { recursive: true });
}

async function signIn(url, host) {
  const response = await fetch(`${url}/clone`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ url: host.url('busy.git') }),
  });
  return (await response.json()).accessToken;
}

async function readWeek(url, token) {
  const response = await fetch(`${url}/actions?${new URLSearchParams(WEEK)}`, {
    headers: { authorization: `Bearer ${token}` },
  });
  const { actions, coverage } = await response.json();
  const [{ status, reason }] = coverage.repositories;
  if (status !== 'complete') throw new Error(`the week is ${status}: ${reason}`);
  return actions.filter(({ type }) => type === 'commit').length;
}

/** A server that has no copy yet is asked for the week, and then again. */
async function askTwice(host, root) {
  const cache = mkdtempSync(join(root, 'cache-'));
  const app = await createApp({
    NODE_ENV: 'test',
    LOG_LEVEL: 'silent',
    GIT_HOSTS: host.host,
    GIT_CACHE_DIR: cache,
  });
  try {
    await app.listen(0, '127.0.0.1');
    const url = `http://127.0.0.1:${app.getHttpServer().address().port}`;
    let token;
    const first = await costOf(host, async () => {
      token = await signIn(url, host);
      return readWeek(url, token);
    });
    return { first, second: await costOf(host, () => readWeek(url, token)) };
  } finally {
    await app.close();
  }
}

const root = mkdtempSync(join(tmpdir(), 'git-recap-bench-'));
const repository = join(root, 'busy.git');
execFileSync('git', ['init', '--quiet', '--bare', '--initial-branch=main', repository]);
await importBusyHistory(repository, COMMITS, BRANCHES);
execFileSync('git', ['-C', repository, 'pack-refs', '--all']);
// For git the end belongs to it.
const limits = [
  `--since-as-filter=${WEEK.since}`,
  `--until=${HISTORY_END - 1}`,
  '--count',
  '--all',
];
const expected = Number(execFileSync('git', ['-C', repository, 'rev-list', ...limits]));
mkdirSync(join(root, 'keys'));
const host = await GitServer.start(root, join(root, 'keys'));
process.env.NODE_EXTRA_CA_CERTS = host.authorityFile;
try {
  const costs = { week: [], again: [], partial: [], full: [] };
  for (let run = 0; run < RUNS; run += 1) {
    const { first, second } = await askTwice(host, root);
    if (first.result !== expected) throw new Error(`${first.result} commits of ${expected}`);
    costs.week.push(first);
    costs.again.push(second);
  }
  for (let run = 0; run < CLONES; run += 1) {
    costs.partial.push(await costOf(host, () => clone(host, root, '--filter=blob:none')));
    costs.full.push(await costOf(host, () => clone(host, root)));
  }
  const typical = (name, what) => median(costs[name].map((cost) => cost[what]));
  const ratio = (name) => round(typical('week', 'time') / typical(name, 'time'));
  const numberOf = (requests, filter) => requests.filter((one) => one.includes(filter)).length;
  const [rounds, sizes] = ['deepen', 'fetch'].map((what) =>
    median(costs.week.map(({ wishes }) => numberOf(wishes, what))),
  );
  const week = `a week of ${COMMITS} commits by URL`;
  const [partial, full] = ['git clone --filter=blob:none', 'git clone'];
  report('clone', [
    { what: week, value: round(typical('week', 'time')), unit: 'ms' },
    { what: week, value: ratio('partial'), unit: 'ratio', aim: '≤ 0.05', against: partial },
    { what: week, value: ratio('full'), unit: 'ratio', aim: '≤ 0.05', against: full },
    { what: week, value: mebibytes(typical('week', 'bytes')), unit: 'MiB', aim: '≤ 2' },
    { what: partial, value: mebibytes(typical('partial', 'bytes')), unit: 'MiB' },
    { what: full, value: mebibytes(typical('full', 'bytes')), unit: 'MiB' },
    { what: week, value: rounds, unit: 'rounds', aim: '≤ 3' },
    { what: `${week}: sizes of its commits`, value: sizes - rounds, unit: 'requests' },
    {
      what: `${week}, again within a minute`,
      value: Math.max(...costs.again.map(({ requests }) => requests.length)),
      unit: 'requests',
      aim: '≤ 0',
    },
  ]);
} finally {
  await host.stop();
  rmSync(root, { recursive: true, force: true });
}
