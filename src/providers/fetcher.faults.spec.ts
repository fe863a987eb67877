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
/** Of the emulated providers' clients, which have a twelfth of the patience that others have: 2.5 s are 30. */
const PATIENCE = 2_500;
/** For what is no waiting, on a busy machine. */
const WORK = 1_500;

/** What a request is for, whichever repository, pull request or page it is of. */
function stepOf({ method, url, body }: EmulatedRequest): string {
  const path = url.pathname
    .split('/')
    .map((part) => (/\d/.test(part) && part !== 'v4' ? '*' : part));
  const question = ['user(', 'history(', 'reviews('].find((field) => body.includes(field)) ?? '';
  const project = path.includes('_apis') ? path.slice(path.indexOf('_apis')) : path;
  return [method, project.join('/'), question].join(' ').trim();
}

describe.each(Object.entries(PROVIDERS))('the fetcher of %s', (_, { start, names }) => {
  const ours = { ...WHOLE, authors: { everyone: false, viewer: true, names } } as const;
  let emulated: Emulated;
  let expected: string[];
  let connection: Connection;
  let connecting: string[];
  let reading: string[];
  const unhandled: unknown[] = [];
  const note = (reason: unknown): void => void unhandled.push(reason);

  beforeAll(async () => {
    emulated = await start();
    connection = await emulated.connect();
    connecting = takeSteps();
    const { ids, query } = await emulated.read(ours, connection);
    reading = takeSteps();
    expected = emulated.expected(query);
    expect(ids).toEqual(expected);
    process.on('unhandledRejection', note);
  });
  afterEach(() => {
    emulated.emulator.heal();
    expect(unhandled).toEqual([]);
    expect(emulated.emulator.unexpected()).toEqual([]);
  });
  afterAll(async () => {
    process.off('unhandledRejection', note);
    await emulated.stop();
  });

  function takeSteps(): string[] {
    const { requests } = emulated.emulator;
    return [...new Set(requests.splice(0).map(stepOf))];
  }

  async function meet(fault: Fault, step: string, ask: () => Promise<void>): Promise<void> {
    emulated.emulator.fail(fault, (request) => stepOf(request) === step);
    const begin = performance.now();
    try {
      await ask();
    } catch (error) {
      const { name, code } = error as { name?: string; code?: string };
      if (name !== 'DomainError') throw error;
      expect(TYPED).toContain(code);
      expect(inspect(error, { depth: Infinity })).not.toContain(connection.token);
    } finally {
      expect(performance.now() - begin).toBeLessThan(PATIENCE + WORK);
      emulated.emulator.heal();
    }
  }

  async function connect(): Promise<void> {
    expect((await emulated.connect()).viewer?.login).toBe(connection.viewer?.login);
  }

  async function read(): Promise<void> {
    const { ids, coverage } = await emulated.read(ours, connection);
    expect(expected).toEqual(expect.arrayContaining(ids));
    if (coverage.every(({ status }) => status === 'complete')) expect(ids).toEqual(expected);
    for (const { status, reason } of coverage) {
      expect(status === 'complete' || Boolean(reason)).toBe(true);
    }
  }

  it.each(FAULTS.map((fault) => ({ fault })))(
    'answers in time what is true, or a typed error, where $fault is met at any step',
    async ({ fault }) => {
      for (const step of connecting) await meet(fault, step, connect);
      for (const step of reading) await meet(fault, step, read);
    },
    120_000,
  );
});
