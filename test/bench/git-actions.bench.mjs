// How long a week of a long history takes, compared with `git log` of the same week, and what the
// length of the history costs in memory. Needs a build: npm run build && node test/bench/git-actions.bench.mjs
import 'reflect-metadata';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LocalRepositories } from '../../dist/providers/git/local-repositories.js';
import { LocalSource } from '../../dist/providers/git/local.source.js';
import { GitFetcher } from '../../dist/providers/git/git.fetcher.js';
import { HISTORY_END, importHistory } from '../support/git-history.mjs';

const RUNS = 41;
const LONG = 50_000;
const SHORT = 1_000;
const UNTIL = new Date(HISTORY_END * 1000);
const SINCE = new Date(UNTIL.getTime() - 7 * 86_400_000);

const root = mkdtempSync(join(tmpdir(), 'git-bench-'));
// A fetcher that never leaves GIT_ROOT asks nothing of the sources of URLs.
const fetcher = new GitFetcher(new LocalSource(new LocalRepositories({ GIT_ROOT: root })));
const { signal } = new AbortController();
const median = (numbers) => numbers.toSorted((one, other) => one - other)[numbers.length >> 1];
const timed = async (work) => {
  const start = performance.now();
  await work();
  return performance.now() - start;
};

async function readWeek(connection, since = SINCE) {
  const query = {
    since,
    until: UNTIL,
    authors: { everyone: true },
    types: ['commit', 'release'],
    includeBots: true,
  };
  let actions = 0;
  for await (const batch of fetcher.getActions(connection, query, signal)) {
    actions += batch.actions.length;
  }
  return actions;
}

async function gitLog(repository) {
  const week = [`--since=${SINCE.toISOString()}`, `--until=${UNTIL.toISOString()}`];
  const git = spawn('git', ['-C', repository, 'log', '--all', ...week], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  git.stdout.resume();
  await once(git, 'close');
}

async function repositoryOf(commits) {
  const name = `commits-${commits}`;
  execFileSync('git', ['init', '--quiet', '--bare', '--initial-branch=main', join(root, name)]);
  await importHistory(join(root, name), commits);
  return fetcher.connect({ provider: 'git', path: name }, signal);
}

async function peakMemory(connection) {
  global.gc?.();
  const before = process.memoryUsage.rss();
  let peak = before;
  const timer = setInterval(() => (peak = Math.max(peak, process.memoryUsage.rss())), 5);
  const actions = await readWeek(connection, new Date(0));
  clearInterval(timer);
  return { actions, mebibytes: (peak - before) / 1024 / 1024 };
}

try {
  const short = await repositoryOf(SHORT);
  const long = await repositoryOf(LONG);
  for (let warm = 0; warm < 5; warm += 1) await readWeek(long);
  const [ours, theirs, ratios] = [[], [], []];
  for (let run = 0; run < RUNS; run += 1) {
    theirs.push(await timed(() => gitLog(join(root, `commits-${LONG}`))));
    ours.push(await timed(() => readWeek(long)));
    ratios.push(ours.at(-1) / theirs.at(-1));
  }
  const round = (number) => Number(number.toFixed(2));
  console.log({
    commits: LONG,
    actionsOfTheWeek: await readWeek(long),
    fetcherMs: round(median(ours)),
    gitLogMs: round(median(theirs)),
    medianRatio: round(median(ratios)),
  });
  for (const connection of [short, long, long]) {
    const { actions, mebibytes } = await peakMemory(connection);
    console.log({ wholeHistory: actions, memoryGrowthMiB: round(mebibytes) });
  }
} finally {
  rmSync(root, { recursive: true, force: true });
}
