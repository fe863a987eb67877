// What a question costs at each provider: requests, round trips in sequence, wall time, and its ratio
// to the latency of one answer; cold, and once more with what is known by then. And what 50,000
// actions cost in memory. Providers are emulated over real HTTP, in processes of their own.
import 'reflect-metadata';
import { Environment } from '../../src/config/environment.js';
import { ACTION_TYPES, type ActionQuery } from '../../src/providers/action.js';
import { AzureDevopsFetcher } from '../../src/providers/azure-devops/azure-devops.fetcher.js';
import type { Connection } from '../../src/providers/connection.js';
import { GithubFetcher } from '../../src/providers/github/github.fetcher.js';
import { GitlabFetcher } from '../../src/providers/gitlab/gitlab.fetcher.js';
import { OutboundHttp } from '../../src/providers/http/outbound-http.js';
import { OutboundLimits } from '../../src/providers/http/outbound.limits.js';
import { ORGANIZATION } from '../support/azure-devops/azure-world.js';
import { AzureDevopsEmulator } from '../support/azure-devops.emulator.js';
import { GithubEmulator } from '../support/github.emulator.js';
import { GitlabEmulator } from '../support/gitlab.emulator.js';
import { WORLD_NOW, type WorldSize } from '../support/world/seeded.world.js';
import type { EmulatedProvider } from './emulated.providers.js';
import { ProviderProcess } from './provider.process.js';
import { report } from './report.mjs';

/** Milliseconds of every answer. */
const LATENCY = 80;
const RUNS = 3;
const ONE = `one answer (${LATENCY} ms)`;
/** To one host for one credential. */
const MAX_IN_FLIGHT = 20;
const DAY = 86_400_000;
const SMALL = { repositories: 200, active: 20 };
const never = new AbortController().signal;

const PROVIDERS = {
  github: {
    Fetcher: GithubFetcher,
    variable: 'GITHUB_API_URL',
    wish: { token: GithubEmulator.TOKEN },
  },
  gitlab: {
    Fetcher: GitlabFetcher,
    variable: 'GITLAB_URL',
    wish: { token: GitlabEmulator.TOKEN },
  },
  'azure-devops': {
    Fetcher: AzureDevopsFetcher,
    variable: 'AZURE_DEVOPS_URL',
    wish: { token: AzureDevopsEmulator.TOKEN, organization: ORGANIZATION },
  },
} as const;

interface Budget {
  readonly requests: number;
  readonly ratio: number;
}

const mine = (days: number): ActionQuery => ({
  since: new Date(WORLD_NOW - days * DAY),
  until: new Date(WORLD_NOW),
  authors: { everyone: false, viewer: true, names: [] },
  types: ACTION_TYPES,
  includeBots: false,
});

/** Fetchers with nothing known and no connection open. */
function freshFetchers(processes: readonly ProviderProcess[]) {
  const http = new OutboundHttp(new OutboundLimits());
  const fetchers = processes.map(({ provider, url }) => {
    const { Fetcher, variable } = PROVIDERS[provider];
    return new Fetcher(http, Object.assign(new Environment(), { [variable]: url }));
  });
  return { http, fetchers };
}

/** Reads all providers side by side, and counts what it gets. */
async function readAll(
  { fetchers }: ReturnType<typeof freshFetchers>,
  connections: readonly Connection[],
  query: ActionQuery,
): Promise<number> {
  const counts = await Promise.all(
    fetchers.map(async (fetcher, index) => {
      let count = 0;
      for await (const { actions, coverage } of fetcher.getActions(
        connections[index]!,
        query,
        never,
      )) {
        count += actions.length;
        const missed = coverage.find(({ status }) => status === 'failed');
        if (missed) throw new Error(`not read: ${missed.reason ?? missed.fullName}`);
      }
      return count;
    }),
  );
  return counts.reduce((sum, count) => sum + count, 0);
}

/** The emulators have answered the question once, so that their own first time is not measured. */
async function connectAll(processes: readonly ProviderProcess[], query: ActionQuery) {
  const warming = freshFetchers(processes);
  const connections = await Promise.all(
    warming.fetchers.map((fetcher, index) => {
      const { provider } = processes[index]!;
      return fetcher.connect({ provider, ...PROVIDERS[provider].wish }, never);
    }),
  );
  await readAll(warming, connections, query);
  await warming.http.onApplicationShutdown();
  return connections;
}

async function countAll(processes: readonly ProviderProcess[]) {
  const counts = await Promise.all(processes.map((one) => one.counts()));
  const unexpected = counts.flatMap((count) => count.unexpected);
  if (unexpected.length > 0) throw new Error(unexpected.join('\n'));
  return {
    requests: counts.reduce((sum, { requests }) => sum + requests, 0),
    notModified: counts.reduce((sum, { notModified }) => sum + notModified, 0),
    roundTrips: Math.max(...counts.map(({ roundTrips }) => roundTrips)),
    maxInFlight: Math.max(...counts.map(({ maxInFlight }) => maxInFlight)),
  };
}

async function withProviders<T>(
  accounts: Partial<Record<EmulatedProvider, WorldSize>>,
  latency: number,
  work: (processes: readonly ProviderProcess[]) => Promise<T>,
): Promise<T> {
  const named = Object.entries(accounts) as [EmulatedProvider, WorldSize][];
  const processes = await Promise.all(
    named.map(([provider, size]) => ProviderProcess.start(provider, size, latency)),
  );
  try {
    return await work(processes);
  } finally {
    await Promise.all(processes.map((one) => one.stop()));
  }
}

async function measure(
  account: string,
  accounts: Partial<Record<EmulatedProvider, WorldSize>>,
  days: number,
  budget: Budget,
): Promise<number> {
  return withProviders(accounts, LATENCY, async (processes) => {
    const query = mine(days);
    const connections = await connectAll(processes, query);
    await countAll(processes);
    const cold: Reading[] = [];
    const warm: Reading[] = [];
    for (let run = 0; run < RUNS; run += 1) {
      const fetchers = freshFetchers(processes);
      cold.push(await readOnce(processes, fetchers, connections, query));
      warm.push(await readOnce(processes, fetchers, connections, query));
      await fetchers.http.onApplicationShutdown();
    }
    const [first, again] = [median(cold), median(warm)];
    const within =
      first.requests <= budget.requests &&
      first.ratio <= budget.ratio &&
      [...cold, ...warm].every(({ maxInFlight }) => maxInFlight <= MAX_IN_FLIGHT);
    console.log({ account, cold: first, warm: again, budget, within });
    report('fetch', [
      { what: account, value: first.requests, unit: 'requests', aim: `≤ ${budget.requests}` },
      { what: account, value: first.ratio, unit: 'ratio', aim: `≤ ${budget.ratio}`, against: ONE },
      { what: `${account}, again`, value: again.ratio, unit: 'ratio', against: ONE },
    ]);
    if (!within) process.exitCode = 1;
    return first.ratio;
  });
}

type Reading = Awaited<ReturnType<typeof readOnce>>;

async function readOnce(
  processes: readonly ProviderProcess[],
  fetchers: ReturnType<typeof freshFetchers>,
  connections: readonly Connection[],
  query: ActionQuery,
) {
  const begin = performance.now();
  const actions = await readAll(fetchers, connections, query);
  const milliseconds = Math.round(performance.now() - begin);
  const ratio = Number((milliseconds / LATENCY).toFixed(1));
  return { actions, ...(await countAll(processes)), milliseconds, ratio };
}

/** The run of middle length: what else the machine does is no provider's cost. */
function median(readings: readonly Reading[]): Reading {
  const sorted = readings.toSorted((one, other) => one.milliseconds - other.milliseconds);
  return sorted[sorted.length >> 1]!;
}

/** @param before The memory of this process when it had read nothing yet, in bytes. */
async function measureMemory(provider: EmulatedProvider, before: number): Promise<void> {
  const size = { repositories: 20, active: 20, commits: 2_500, conversations: 0, releases: 0 };
  const everything: ActionQuery = {
    ...mine(21),
    authors: { everyone: true },
    types: ['commit'],
    includeBots: true,
  };
  await withProviders({ [provider]: size }, 0, async (processes) => {
    const reading = freshFetchers(processes);
    const connections = await connectAll(processes, mine(1));
    await countAll(processes);
    globalThis.gc?.();
    let peak = process.memoryUsage.rss();
    // What was given back since then is not to hide what is asked for now.
    const least = Math.min(before, peak);
    const timer = setInterval(() => (peak = Math.max(peak, process.memoryUsage.rss())), 5);
    const actions = await readAll(reading, connections, everything);
    clearInterval(timer);
    const growthMiB = Math.round((peak - least) / 1024 / 1024);
    const counts = await countAll(processes);
    const account = `50,000 actions of everyone, ${provider}`;
    console.log({ account, actions, ...counts });
    report('fetch', [{ what: account, value: growthMiB, unit: 'MiB more memory', aim: '≤ 100' }]);
    if (growthMiB >= 100 || actions !== 50_000 || counts.maxInFlight > MAX_IN_FLIGHT) {
      process.exitCode = 1;
    }
    await reading.http.onApplicationShutdown();
  });
}

// First, while little memory has been asked of the system for anything else.
globalThis.gc?.();
const unused = process.memoryUsage.rss();
await measureMemory('github', unused);
await measureMemory('gitlab', unused);
await measureMemory('azure-devops', unused);

const AZURE = { ...SMALL, owners: 10 };
const ratios = [
  await measure('GitHub, 200 repositories, 20 active, 7 days', { github: SMALL }, 7, {
    requests: 15,
    ratio: 8,
  }),
  await measure('GitLab, 200 projects, 20 active, 7 days', { gitlab: SMALL }, 7, {
    requests: 10 + 2 * 20,
    ratio: 10,
  }),
  await measure('Azure DevOps, 10 projects, 200 repositories', { 'azure-devops': AZURE }, 7, {
    requests: 40 + 200,
    ratio: 25,
  }),
];
const all = { github: SMALL, gitlab: SMALL, 'azure-devops': AZURE };
await measure('all three together', all, 7, {
  requests: 15 + 50 + 240,
  ratio: Math.max(...ratios) + 2,
});
const large = { github: { repositories: 2_000, active: 100 } };
await measure('GitHub, 2,000 repositories, 100 active, 30 days', large, 30, {
  requests: 60,
  ratio: 16,
});
