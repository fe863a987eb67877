// How long GET /actions takes for a week of a long history, compared with a `git log` that tells the
// same (with the lines each commit changed) and with a plain one, and what the length of the history
// costs in memory. npm run bench:actions
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApp } from '../../src/app.setup.js';
import { HISTORY_END, importHistory } from '../support/git-history.mjs';
import { report } from './report.mjs';

const RUNS = 31;
const LONG = 50_000;
const SHORT = 1_000;
const UNTIL = new Date(HISTORY_END * 1000).toISOString();
const SINCE = new Date((HISTORY_END - 7 * 86_400) * 1000).toISOString();

const median = (numbers) => numbers.toSorted((one, other) => one - other)[numbers.length >> 1];
const round = (number) => Number(number.toFixed(2));

async function timed(work) {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

async function gitLog(repository, ...options) {
  const week = [`--since=${SINCE}`, `--until=${UNTIL}`];
  const git = spawn('git', ['-C', repository, 'log', '--all', ...week, ...options], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  git.stdout.resume();
  await once(git, 'close');
}

async function makeRepository(commits) {
  const name = `commits-${commits}`;
  execFileSync('git', ['init', '--quiet', '--bare', '--initial-branch=main', join(root, name)]);
  await importHistory(join(root, name), commits);
  return name;
}

async function signIn(path) {
  const response = await fetch(`${url}/clone`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ path }),
  });
  return (await response.json()).accessToken;
}

async function getActions(token, since = SINCE, limit = 1000) {
  const query = new URLSearchParams({ since, until: UNTIL, limit });
  const response = await fetch(`${url}/actions?${query}`, {
    headers: { authorization: `Bearer ${token}` },
  });
  const { actions } = await response.json();
  return actions.length;
}

async function memoryOfWholeHistory(token) {
  globalThis.gc?.();
  const before = process.memoryUsage.rss();
  let peak = before;
  const timer = setInterval(() => (peak = Math.max(peak, process.memoryUsage.rss())), 5);
  await getActions(token, '1970-01-02', 200);
  clearInterval(timer);
  return round((peak - before) / 1024 / 1024);
}

const root = mkdtempSync(join(tmpdir(), 'git-recap-bench-'));
const app = await createApp({ NODE_ENV: 'test', LOG_LEVEL: 'silent', GIT_ROOT: root });
await app.listen(0, '127.0.0.1');
const url = `http://127.0.0.1:${app.getHttpServer().address().port}`;
try {
  const [short, long] = [await makeRepository(SHORT), await makeRepository(LONG)];
  const [shortToken, longToken] = [await signIn(short), await signIn(long)];
  for (let warm = 0; warm < 5; warm += 1) await getActions(longToken);
  const times = { actions: [], plain: [], lines: [] };
  for (let run = 0; run < RUNS; run += 1) {
    times.plain.push(await timed(() => gitLog(join(root, long))));
    times.lines.push(await timed(() => gitLog(join(root, long), '--shortstat', '-M')));
    times.actions.push(await timed(() => getActions(longToken)));
  }
  const ratio = (other) => round(median(times.actions.map((time, run) => time / other[run])));
  const week = `a week of ${LONG} commits`;
  const rows = [
    { what: week, value: round(median(times.actions)), unit: 'ms' },
    { what: week, value: ratio(times.lines), unit: 'ratio', against: 'git log --shortstat -M' },
    { what: week, value: ratio(times.plain), unit: 'ratio', against: 'git log' },
  ];
  for (const [commits, token] of [
    [SHORT, shortToken],
    [LONG, longToken],
    [LONG, longToken],
  ]) {
    const value = await memoryOfWholeHistory(token);
    rows.push({ what: `memory growth, all of ${commits} commits`, value, unit: 'MiB' });
  }
  report('actions', rows);
} finally {
  await app.close();
  rmSync(root, { recursive: true, force: true });
}
