// Six recaps of 5,000 commits each, with messages of 4 KB, on one pod and Redis: what another session
// notices of them, and what they leave in Redis. npm run bench:large
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { HISTORY_END, importHistory } from '../support/git-history.mjs';
import { RedisServer } from '../support/redis.server.js';
import { Program } from './program.mjs';
import { report } from './report.mjs';

const COMMITS = 5_000;
const RECAPS = 6;
/** As many as a session may have running. */
const AT_ONCE = 4;
const MEGABYTE = 1_000_000;
const REQUEST = {
  since: new Date((HISTORY_END - 365 * 86_400) * 1000).toISOString(),
  until: new Date((HISTORY_END + 86_400) * 1000).toISOString(),
  author: ['*'],
};

const round = (number) => Number(number.toFixed(2));
const messageOf = (index) => `Change number ${index}\n\n${randomBytes(3_000).toString('base64')}\n`;

const root = mkdtempSync(join(tmpdir(), 'git-recap-bench-'));
const redis = await RedisServer.start();
const admin = new Redis(redis.url);
let server;
try {
  for (const name of ['small', 'large']) {
    execFileSync('git', ['init', '--quiet', '--initial-branch=main', join(root, name)]);
  }
  await importHistory(join(root, 'small'), 10);
  await importHistory(join(root, 'large'), COMMITS, { message: messageOf });
  server = await Program.startServer({ GIT_ROOT: root, REDIS_URL: redis.url });
  await measure();
} finally {
  await server?.stop();
  admin.disconnect();
  await redis.stop();
  rmSync(root, { recursive: true, force: true });
}

async function measure() {
  const [owner, other] = [await clone('large'), await clone('small')];
  const alone = await timesUntil(other, new Promise((resolve) => setTimeout(resolve, 2_000)));
  const before = await usedMemory();
  const recapping = recapAll(owner);
  const beside = await timesUntil(other, recapping);
  const recaps = await recapping;
  const written = recaps.filter(
    ({ status, coverage }) => status === 'done' && coverage.truncated === false,
  );
  report('large', [
    {
      what: `recaps of ${COMMITS} commits written whole, of ${RECAPS}`,
      value: written.length,
      unit: '',
      aim: `≥ ${RECAPS}`,
    },
    { what: 'slowest GET /session of another session alone', value: alone.slowest, unit: 'ms' },
    {
      what: `slowest of ${beside.count} beside them`,
      value: beside.slowest,
      unit: 'ms',
      aim: '≤ 500',
      against: 'alone',
    },
    { what: 'of those, not answered 200', value: beside.failed, unit: '', aim: '≤ 0' },
    {
      what: 'memory of Redis for each recap',
      value: round(((await usedMemory()) - before) / RECAPS / MEGABYTE),
      unit: 'MB',
      aim: '≤ 8',
    },
  ]);
}

async function clone(path) {
  const body = JSON.stringify({ path });
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`${server.url}/clone`, { method: 'POST', headers, body });
  if (answer.status !== 201) throw new Error(`POST /clone was answered with ${answer.status}`);
  return (await answer.json()).accessToken;
}

async function recapAll(token) {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const body = JSON.stringify(REQUEST);
  const one = async () => {
    let answer = await fetch(`${server.url}/recaps`, { method: 'POST', headers, body });
    let reply = await answer.json();
    while (reply.status === 'running') {
      await new Promise((resolve) => setTimeout(resolve, 200));
      answer = await fetch(`${server.url}/replies/${reply.replyId}`, { headers });
      reply = await answer.json();
    }
    return reply;
  };
  const first = await Promise.all(Array.from({ length: AT_ONCE }, one));
  return [...first, ...(await Promise.all(Array.from({ length: RECAPS - AT_ONCE }, one)))];
}

/** One request after another, until then. */
async function timesUntil(token, end) {
  let isOver = false;
  const over = end.finally(() => (isOver = true));
  const times = [];
  let failed = 0;
  while (!isOver) {
    const begunAt = performance.now();
    const answer = await fetch(`${server.url}/session`, {
      headers: { authorization: `Bearer ${token}` },
    });
    await answer.text();
    times.push(performance.now() - begunAt);
    if (answer.status !== 200) failed += 1;
  }
  await over;
  return { slowest: round(Math.max(...times)), count: times.length, failed };
}

async function usedMemory() {
  const memory = await admin.info('memory');
  return Number(/^used_memory:(\d+)/m.exec(memory)[1]);
}
