import { performance } from 'node:perf_hooks';
import { inspect } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { EmulatedAzureDevops } from '../../test/support/azure-devops/emulated-azure-devops.js';
import { EmulatedGithub } from '../../test/support/github/emulated-github.js';
import { EmulatedGitlab } from '../../test/support/gitlab/emulated-gitlab.js';
import type { EmulatedRequest, Fault } from '../../test/support/provider.emulator.js';
import { WHOLE } from '../../test/support/world/questions.js';
import { seededWorld } from '../../test/support/world/seeded.world.js';
import type { Connection } from './connection.js';

type Emulated = EmulatedGithub | EmulatedGitlab | EmulatedAzureDevops;

interface Tried {
  readonly start: () => Promise<Emulated>;
  /** Other people than the viewer to ask for. */
  readonly names: readonly string[];
}

/** More repositories than are read at once. */
const world = () => seededWorld({ repositories: 18 });
const PROVIDERS: Record<string, Tried> = {
  // Whose account has to be asked for.
  github: { start: () => EmulatedGithub.start(world()), names: ['hubot'] },
  gitlab: { start: () => EmulatedGitlab.start(world()), names: [] },
  'azure-devops': { start: () => EmulatedAzureDevops.start(world()), names: [] },
};
const NOW: Record<string, string> = { 'retry-after': '0' };
const LATER = { 'retry-after': '3600' };
const FAULTS: readonly Fault[] = [
  { status: 500 },
  { status: 403 },
  { status: 403, headers: LATER },
  { status: 404 },
  { status: 429 },
  { status: 429, headers: NOW },
  { status: 429, headers: LATER },
  'cut',
  'malformed',
  'hang',
];
const TYPED = [
  'provider_unauthorized',
  'provider_forbidden',
  'provider_rate_limited',
  'provider_failed',
  'provider_timeout',
  'repository_not_found',
  'invalid_request',
];
/**
 * Two time-outs of the emulated providers' clients, which have a twelfth of the patience that others
 * have. Each is noticed up to half a second late: undici looks at its clock twice a second.
 */
const PATIENCE = 3_500;

/** What a request is for, whichever repository, pull request or page it is of. */
function stepOf({ method, url, body }: EmulatedRequest): string {
  const path = url.pathname
    .split('/')
    .map((part) => (/\d/.test(part) && part !== 'v4' ? '*' : part));
  const question = ['user(', 'history(', 'reviews('].find((field) => body.includes(field)) ?? '';
  const project = path.includes('_apis') ? path.slice(path.indexOf('_apis')) : path;
  return [method, project.join('/'), question].join(' ').trim();
}

/** What is asked of a provider while one of its steps goes wrong, and what the answer is to be. */
interface Trial {
  readonly step: string;
  readonly emulated: Emulated;
  readonly connection: Connection;
  readonly expected: readonly string[];
  readonly ask: (trial: Trial) => Promise<void>;
}

describe.each(Object.entries(PROVIDERS))('the fetcher of %s', (_, { start, names }) => {
  const ours = { ...WHOLE, authors: { everyone: false, viewer: true, names } } as const;
  const trials: Trial[] = [];
  const unhandled: unknown[] = [];
  const note = (reason: unknown): void => void unhandled.push(reason);

  beforeAll(async () => {
    const emulated = await start();
    const connection = await emulated.connect();
    const connecting = takeSteps(emulated);
    await emulated.read(ours, connection);
    const reading = takeSteps(emulated);
    await emulated.stop();
    for (const step of connecting) trials.push({ ...(await prepare()), step, ask: connect });
    for (const step of reading) trials.push({ ...(await prepare()), step, ask: read });
    process.on('unhandledRejection', note);
  }, 60_000);
  afterEach(() => {
    expect(unhandled).toEqual([]);
    expect(trials.flatMap(({ emulated }) => emulated.emulator.unexpected())).toEqual([]);
  });
  afterAll(async () => {
    process.off('unhandledRejection', note);
    await Promise.all(trials.map(({ emulated }) => emulated.stop()));
  });

  function takeSteps({ emulator }: Emulated): string[] {
    return [...new Set(emulator.requests.splice(0).map(stepOf))];
  }

  /** A provider for one step alone: who waits for one then waits beside all others. */
  async function prepare() {
    const emulated = await start();
    emulated.emulator.remembers = true;
    const connection = await emulated.connect();
    const { ids, query } = await emulated.read(ours, connection);
    const expected = emulated.expected(query);
    expect(ids).toEqual(expected);
    return { emulated, connection, expected };
  }

  async function meet(fault: Fault, trial: Trial): Promise<void> {
    const { step, connection, ask } = trial;
    const { emulator } = trial.emulated;
    emulator.fail(fault, (request) => stepOf(request) === step);
    const begin = performance.eventLoopUtilization();
    try {
      await ask(trial);
    } catch (error) {
      const { name, code } = error as { name?: string; code?: string };
      if (name !== 'DomainError') throw error;
      expect(TYPED).toContain(code);
      expect(inspect(error, { depth: Infinity })).not.toContain(connection.token);
    } finally {
      // Waiting alone, so that a busy machine makes no difference.
      expect(performance.eventLoopUtilization(begin).idle).toBeLessThan(PATIENCE);
      emulator.heal();
    }
  }

  async function connect({ emulated, connection }: Trial): Promise<void> {
    expect((await emulated.connect()).viewer?.login).toBe(connection.viewer?.login);
  }

  async function read({ emulated, connection, expected }: Trial): Promise<void> {
    const { ids, coverage } = await emulated.read(ours, connection);
    const known = new Set(expected);
    expect(ids.filter((id) => !known.delete(id))).toEqual([]);
    if (coverage.every(({ status }) => status === 'complete')) expect(ids).toEqual(expected);
    for (const { status, reason } of coverage) {
      expect(status === 'complete' || Boolean(reason)).toBe(true);
    }
  }

  it.each(FAULTS.map((fault) => ({ fault })))(
    'answers in time what is true, or a typed error, where $fault is met at any step',
    async ({ fault }) => {
      expect(trials.length).toBeGreaterThan(0);
      await Promise.all(trials.map((trial) => meet(fault, trial)));
    },
  );
});
