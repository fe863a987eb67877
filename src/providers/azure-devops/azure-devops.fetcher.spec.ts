import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { AzureDevopsEmulator } from '../../../test/support/azure-devops.emulator.js';
import { EmulatedAzureDevops } from '../../../test/support/azure-devops/emulated-azure-devops.js';
import { EVERYONE, WHOLE } from '../../../test/support/world/questions.js';
import { seededWorld, WORLD_DAYS, WORLD_NOW } from '../../../test/support/world/seeded.world.js';
import type { World } from '../../../test/support/world/world.js';
import { ACTION_TYPES, type ActionQuery } from '../action.js';

const never = new AbortController().signal;

describe('AzureDevopsFetcher', () => {
  let azure: EmulatedAzureDevops;

  beforeEach(async () => {
    azure = await EmulatedAzureDevops.start();
  });
  afterEach(async () => {
    await azure.stop();
    expect(azure.emulator.unexpected()).toEqual([]);
  });

  async function restart(world: World): Promise<void> {
    await azure.stop();
    azure = await EmulatedAzureDevops.start(world, 10_000);
  }

  describe('connecting', () => {
    it('knows the viewer by account, name and address', async () => {
      const connection = await azure.connect();
      expect(connection).toMatchObject({
        baseUrl: `${azure.emulator.url}/fabrikam`,
        organization: 'fabrikam',
        viewer: { login: 'mona@example.com', name: 'Mona Lisa', emails: ['mona@example.com'] },
      });
      expect(connection.id).not.toContain(AzureDevopsEmulator.TOKEN);
    });

    it('says that a token is wrong, without repeating it', async () => {
      const error: unknown = await azure.connect('wrong-token').catch((reason: unknown) => reason);
      expect(error).toMatchObject({ code: 'provider_unauthorized' });
      const told = inspect(error, { depth: Infinity });
      expect(told).not.toContain('wrong-token');
      expect(told).not.toContain(btoa(':wrong-token'));
    });

    it('takes the organisation from the address, and refuses foreign hosts and unknown names', async () => {
      const request = { provider: 'azure-devops', token: AzureDevopsEmulator.TOKEN } as const;
      const connect = (more: object) => azure.fetcher.connect({ ...request, ...more }, never);
      const own = await connect({ baseUrl: `${azure.emulator.url}/fabrikam/octocat` });
      expect(own.organization).toBe('fabrikam');
      const refusal = { code: 'invalid_request', errors: [{ field: 'organization' }] };
      await expect(connect({ organization: 'contoso' })).rejects.toMatchObject(refusal);
      await expect(connect({})).rejects.toMatchObject(refusal);
      const foreign = connect({ baseUrl: 'https://example.org/fabrikam' });
      await expect(foreign).rejects.toMatchObject({ errors: [{ field: 'baseUrl' }] });
    });
  });

  it('lists the repositories of all projects with one request', async () => {
    const connection = await azure.connect();
    azure.emulator.requests.length = 0;
    const { repositories } = await azure.fetcher.getRepositories(connection, never);
    expect(repositories.map(({ fullName }) => fullName)).toEqual(
      azure.emulator.world.repositories.map(({ owner, name }) => `${owner}/${name}`).sort(),
    );
    expect(repositories[0]).toMatchObject({
      private: false,
      defaultBranch: 'main',
      url: `${azure.emulator.url}/fabrikam/octo-org/_git/Repository-1`,
    });
    expect(azure.emulator.requests.map(({ method }) => method)).toEqual(['OPTIONS', 'GET']);
  });

  describe('actions', () => {
    it('are those of the world, none lost, invented or doubled', async () => {
      const connection = await azure.connect();
      await fc.assert(
        fc.asyncProperty(question, async (query) => {
          const { ids, coverage } = await azure.read(query, connection);
          expect(ids).toEqual(azure.expected(query));
          expect(coverage).toHaveLength(azure.emulator.world.repositories.length);
        }),
        { numRuns: 60 },
      );
    });

    it('of chosen repositories leave out the others, but not the work items of the project', async () => {
      const connection = await azure.connect();
      const { repositories } = await azure.fetcher.getRepositories(connection, never);
      const chosen = { repositories: repositories.slice(0, 2), authors: EVERYONE };
      const { ids, query, coverage } = await azure.read(chosen, connection);
      expect(ids).toEqual(azure.expected(query));
      expect(coverage.map(({ id }) => id).sort()).toEqual(
        chosen.repositories.map(({ id }) => id).sort(),
      );
    });

    it('credit squashes to their pull request and name co-authors', async () => {
      const { actions } = await azure.read({ ...WHOLE, types: ['commit'] });
      const squash = actions.find(({ pullRequest }) => pullRequest !== undefined);
      expect(squash?.pullRequest).toMatchObject({ title: expect.stringMatching(/^Talk/) });
      expect(actions.some(({ coAuthors }) => coAuthors.length > 0)).toBe(true);
    });

    it('of pipelines are a bot’s', async () => {
      const { actions } = await azure.read({ ...WHOLE, includeBots: true });
      const bots = actions.filter(({ author }) => author.bot);
      expect(new Set(bots.map(({ type }) => type))).toEqual(
        new Set(['commit', 'pull_request', 'issue', 'review']),
      );
    });

    it('of long histories come page by page', async () => {
      await restart(seededWorld({ repositories: 2, active: 1, commits: 1_000, conversations: 0 }));
      const { ids, query } = await azure.read({ ...WHOLE, types: ['commit'] });
      expect(ids).toEqual(azure.expected(query));
      expect(ids.length).toBeGreaterThan(500);
    });

    it('past what one list shows come by lists of shorter windows', async () => {
      await restart(seededWorld({ repositories: 2, active: 1, commits: 0, conversations: 5_000 }));
      const { ids, coverage, query } = await azure.read({ ...WHOLE, types: ['pull_request'] });
      expect(ids).toEqual(azure.expected(query));
      expect(ids.length).toBeGreaterThan(1_000);
      expect(coverage.every(({ status }) => status === 'complete')).toBe(true);
    });

    it('past what one query finds come by queries of shorter windows', async () => {
      const conversations = 40_500;
      await restart(seededWorld({ repositories: 2, active: 1, commits: 0, conversations }));
      const since = new Date(WHOLE.since.getTime() - 86_400_000);
      const everything = { ...WHOLE, since, types: ['issue'], includeBots: true } as const;
      const { ids } = await azure.read(everything);
      expect(new Set(ids).size).toBe(conversations / 2);
      expect(ids).toHaveLength(conversations / 2);
      const queries = azure.emulator.requests.filter(({ url }) => url.pathname.endsWith('/wiql'));
      expect(queries).toHaveLength(3);
    }, 60_000);

    it('of 200 repositories take few requests, and never more than 20 at once', async () => {
      const world = seededWorld({ repositories: 200, active: 20 });
      const repositories = world.repositories.map((one, index) => ({
        ...one,
        owner: `team-${String(index % 10)}`,
        // Whatever was not worked on lately is not empty either.
        commits: one.commits.length > 0 ? one.commits : [longAgo(index)],
      }));
      await restart({ ...world, repositories });
      const connection = await azure.connect();
      azure.emulator.requests.length = 0;
      azure.emulator.maxInFlight = 0;
      azure.emulator.latency = 80;
      const week = { since: new Date(WORLD_NOW - 7 * 86_400_000) };
      const before = performance.eventLoopUtilization();
      const { ids, query } = await azure.read(week, connection);
      // Waiting alone, so that a busy machine makes no difference.
      const { idle } = performance.eventLoopUtilization(before);
      expect(ids).toEqual(azure.expected(query));
      expect(azure.emulator.requests.length).toBeLessThanOrEqual(240);
      expect(azure.emulator.maxInFlight).toBeLessThanOrEqual(20);
      expect(idle / azure.emulator.latency).toBeLessThanOrEqual(25);
    }, 20_000);

    it('do not ask twice where a server has its resources', async () => {
      const connection = await azure.connect();
      await azure.read({}, connection);
      azure.emulator.requests.length = 0;
      await azure.read({}, connection);
      expect(azure.emulator.requests.filter(({ method }) => method === 'OPTIONS')).toEqual([]);
    });
  });
});

function longAgo(index: number): World['repositories'][number]['commits'][number] {
  return {
    sha: String(index).padStart(40, '0'),
    message: 'Begin',
    author: { name: 'Mona Lisa', email: 'mona@example.com' },
    coAuthors: [],
    committedAt: '2024-01-01T00:00:00Z',
    parents: 0,
  };
}

const name = fc.constantFrom(
  'mona@example.com',
  'hugh@example.com',
  'chris@example.com',
  'mona@private.example',
  'nobody@example.com',
);
/** Any minute, and the very seconds of actions: a window includes its begin and not its end. */
const instant = fc.oneof(
  fc
    .integer({ min: 0, max: WORLD_DAYS * 24 * 60 })
    .map((minutes) => new Date(WORLD_NOW - minutes * 60_000)),
  fc
    .constantFrom(
      ...seededWorld().repositories.flatMap(({ commits, conversations }) => [
        ...commits.map(({ committedAt }) => committedAt),
        ...conversations.flatMap(({ createdAt, updatedAt }) => [createdAt, updatedAt]),
      ]),
    )
    .map((text) => new Date(text)),
);

const question: fc.Arbitrary<ActionQuery> = fc.record({
  since: instant,
  until: instant,
  authors: fc.oneof(
    fc.constant(EVERYONE),
    fc.record({
      everyone: fc.constant(false as const),
      viewer: fc.boolean(),
      names: fc.uniqueArray(name, { maxLength: 2 }),
    }),
  ),
  types: fc.subarray([...ACTION_TYPES], { minLength: 1 }),
  includeBots: fc.boolean(),
});
