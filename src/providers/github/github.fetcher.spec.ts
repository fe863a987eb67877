import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { GithubEmulator } from '../../../test/support/github.emulator.js';
import { expectedActions } from '../../../test/support/github/expected-actions.js';
import { seededWorld, WORLD_DAYS, WORLD_NOW } from '../../../test/support/github/seeded.world.js';
import type { GithubWorld } from '../../../test/support/github/world.js';
import { Environment } from '../../config/environment.js';
import { ACTION_TYPES, type Action, type ActionQuery } from '../action.js';
import type { Connection } from '../connection.js';
import type { RepositoryCoverage } from '../coverage.js';
import { OutboundHttp } from '../http/outbound-http.js';
import { OutboundLimits } from '../http/outbound.limits.js';
import { GithubFetcher } from './github.fetcher.js';

const DAY = 86_400_000;
const never = new AbortController().signal;

describe('GithubFetcher', () => {
  let emulator: GithubEmulator;
  let http: OutboundHttp;
  let fetcher: GithubFetcher;

  beforeEach(async () => start(seededWorld()));
  afterEach(async () => {
    await stop();
    expect(emulator.unexpected()).toEqual([]);
  });

  async function start(world: GithubWorld): Promise<void> {
    emulator = await GithubEmulator.start(world);
    const limits = Object.assign(new OutboundLimits(), { headersTimeout: 1_000, firstPause: 5 });
    http = new OutboundHttp(limits);
    const environment = Object.assign(new Environment(), { GITHUB_API_URL: emulator.url });
    fetcher = new GithubFetcher(http, environment);
  }

  async function stop(): Promise<void> {
    await http.onApplicationShutdown();
    await emulator.stop();
  }

  async function restart(world: GithubWorld): Promise<void> {
    await stop();
    await start(world);
  }

  const connect = async (token = GithubEmulator.TOKEN): Promise<Connection> =>
    fetcher.connect({ provider: 'github', token }, never);

  async function read(query: Partial<ActionQuery> = {}, connection?: Connection) {
    const actions: Action[] = [];
    const coverage: RepositoryCoverage[] = [];
    const question = { ...MINE, ...query };
    const asking = connection ?? (await connect());
    for await (const batch of fetcher.getActions(asking, question, never)) {
      actions.push(...batch.actions);
      coverage.push(...batch.coverage);
    }
    return { actions, ids: actions.map(({ id }) => id).sort(), coverage, question };
  }

  const expected = (query: ActionQuery): string[] =>
    expectedActions(emulator.world, query, new URL(emulator.url).host);
  const isGraphql = ({ method }: { method: string }): boolean => method === 'POST';

  describe('connecting', () => {
    it('knows the viewer by every address, noreply forms included', async () => {
      const { viewer } = await connect();
      expect(viewer).toMatchObject({ id: 'U_1', login: 'octocat', name: 'Mona Lisa' });
      expect(viewer?.emails).toEqual(
        expect.arrayContaining(['mona@example.com', 'mona@private.example']),
      );
      const host = new URL(emulator.url).host;
      expect(viewer?.emails).toContain(`1+octocat@users.noreply.${host}`);
      expect(viewer?.emails).toContain(`octocat@users.noreply.${host}`);
    });

    it('tells what the token may do and when it ends', async () => {
      emulator.headers['github-authentication-token-expiration'] = '2026-01-02 03:04:05 UTC';
      const connection = await connect();
      expect(connection.scopes).toEqual(['repo', 'read:org', 'user:email']);
      expect(connection.credentialExpiresAt).toBe('2026-01-02T03:04:05.000Z');
      expect(connection.id).not.toContain(GithubEmulator.TOKEN);
    });

    it('does without the addresses that the token must not read', async () => {
      emulator.fail({ status: 404 }, ({ url }) => url.pathname === '/user/emails');
      const { viewer } = await connect();
      expect(viewer?.emails).toHaveLength(2);
    });

    it('says that a token is wrong, without repeating it', async () => {
      const error: unknown = await connect('ghp_wrong').catch((reason: unknown) => reason);
      expect(error).toMatchObject({ code: 'provider_unauthorized' });
      expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain('ghp_wrong');
    });

    it('refuses a server nobody allowed, and knows its own by the address', async () => {
      const request = { provider: 'github', token: GithubEmulator.TOKEN } as const;
      const foreign = fetcher.connect({ ...request, baseUrl: 'https://example.org' }, never);
      await expect(foreign).rejects.toMatchObject({ code: 'invalid_request' });
      const own = await fetcher.connect({ ...request, baseUrl: `${emulator.url}/` }, never);
      expect(own.baseUrl).toBe(emulator.url);
    });
  });

  describe('repositories', () => {
    it('come from all pages, the later ones at once, newest push first', async () => {
      await restart(seededWorld({ repositories: 450, active: 3, commits: 1 }));
      const connection = await connect();
      emulator.latency = 50;
      emulator.maxInFlight = 0;
      const { repositories } = await fetcher.getRepositories(connection, never);
      expect(new Set(repositories.map(({ id }) => id)).size).toBe(450);
      const pushes = repositories.map(({ pushedAt }) => pushedAt ?? '');
      expect(pushes).toEqual([...pushes].sort().reverse());
      expect(emulator.requests.filter(({ url }) => url.pathname === '/user/repos')).toHaveLength(5);
      expect(emulator.maxInFlight).toBe(4);
    });
  });

  describe('actions', () => {
    it('are those of the world, none lost, invented or doubled', async () => {
      const connection = await connect();
      await fc.assert(
        fc.asyncProperty(question, async (query) => {
          const { ids, coverage } = await read(query, connection);
          expect(ids).toEqual(expected(query));
          expect(coverage).toHaveLength(emulator.world.repositories.length);
        }),
        { numRuns: 40 },
      );
    });

    it('of chosen repositories leave out the others', async () => {
      const connection = await connect();
      const { repositories } = await fetcher.getRepositories(connection, never);
      const chosen = { repositories: repositories.slice(0, 2), authors: EVERYONE };
      const { ids, question: query, coverage } = await read(chosen, connection);
      expect(ids).toEqual(expected(query));
      expect(coverage.map(({ id }) => id).sort()).toEqual(
        chosen.repositories.map(({ id }) => id).sort(),
      );
    });

    it('credit squashes to their pull request and name co-authors', async () => {
      const { actions } = await read({ authors: EVERYONE, types: ['commit'] });
      const squash = actions.find(({ title }) => / \(#\d+\)$/.test(title));
      expect(squash?.pullRequest).toMatchObject({ title: expect.stringMatching(/^Talk/) });
      const together = actions.find(({ coAuthors }) => coAuthors.length > 0);
      expect(together?.coAuthors[0]?.login).toBeDefined();
    });

    it('of long histories come page by page', async () => {
      await restart(seededWorld({ repositories: 2, active: 1, commits: 500, conversations: 0 }));
      const { ids, question: query } = await read({ ...WHOLE, types: ['commit'] });
      expect(ids).toEqual(expected(query));
      expect(ids.length).toBeGreaterThan(200);
    });

    it('past what one search shows come by searches of shorter windows', async () => {
      await restart(seededWorld({ repositories: 2, active: 1, commits: 0, conversations: 4_000 }));
      const query = { ...WHOLE, types: ['pull_request'] as const };
      const { ids, coverage, question: asked } = await read(query);
      expect(ids).toEqual(expected(asked));
      expect(ids.length).toBeGreaterThan(1_000);
      expect(coverage.every(({ status }) => status === 'complete')).toBe(true);
    });

    it('of 200 repositories take few requests, and never more than 20 at once', async () => {
      await restart(seededWorld({ repositories: 200, active: 20 }));
      const connection = await connect();
      emulator.requests.length = 0;
      emulator.maxInFlight = 0;
      emulator.latency = 20;
      const { ids, question: query } = await read({}, connection);
      expect(ids).toEqual(expected(query));
      expect(emulator.requests.length).toBeLessThanOrEqual(15);
      expect(emulator.maxInFlight).toBeLessThanOrEqual(20);
    });
  });

  describe('what was not read', () => {
    it('is a repository that is gone, and no other', async () => {
      const world = seededWorld();
      const [first, ...others] = world.repositories;
      await restart({ ...world, repositories: [{ ...first!, vanished: true }, ...others] });
      const { ids, coverage, question: query } = await read({ types: ['commit'] });
      expect(ids).toEqual(expected(query));
      const failed = coverage.filter(({ status }) => status !== 'complete');
      expect(failed).toEqual([
        expect.objectContaining({ fullName: 'octocat/Repository-0', status: 'failed' }),
      ]);
    });

    it('is what an incomplete search left out', async () => {
      const body = { total_count: 0, incomplete_results: true, items: [] };
      emulator.fail({ status: 200, body }, ({ url }) => url.pathname === '/search/issues', 1);
      const { coverage } = await read();
      expect(coverage.every(({ status }) => status === 'partial')).toBe(true);
    });

    it('is what GitHub finds by login only, for an address of somebody else', async () => {
      const authors = { everyone: false, viewer: false, names: ['hugh@example.com'] } as const;
      const { ids, coverage, question: query } = await read({ authors });
      expect(ids).toEqual(expected(query));
      expect(coverage[0]).toMatchObject({
        status: 'partial',
        kinds: expect.not.arrayContaining(['commit']),
      });
    });
  });

  describe('faults', () => {
    it.each(['cut', 'malformed', { status: 502 }] as const)(
      'of one query (%j) are got over with smaller ones',
      async (fault) => {
        const connection = await connect();
        emulator.fail(fault, isGraphql, 1);
        const { ids, coverage, question: query } = await read({}, connection);
        expect(ids).toEqual(expected(query));
        expect(coverage.every(({ status }) => status === 'complete')).toBe(true);
      },
    );

    it('that last cost the kinds they concern, and are said', async () => {
      const connection = await connect();
      emulator.fail({ status: 502 }, isGraphql);
      const types = ['commit', 'issue'] as const;
      const { actions, coverage } = await read({ types }, connection);
      expect(actions.every(({ type }) => type === 'issue')).toBe(true);
      const active = coverage.filter(({ status }) => status !== 'complete');
      expect(active).toHaveLength(5);
      expect(active[0]).toMatchObject({ status: 'partial', kinds: ['commit'] });
    });

    it.each(['hang', 'cut', 'malformed', { status: 500 }] as const)(
      'of everything (%j) are an error',
      async (fault) => {
        const connection = await connect();
        emulator.fail(fault);
        const code = fault === 'hang' ? 'provider_timeout' : 'provider_failed';
        await expect(read({}, connection)).rejects.toMatchObject({ code });
      },
      20_000,
    );

    it.each([
      { status: 429, headers: { 'retry-after': '3600' } },
      { status: 403, headers: { 'retry-after': '3600' } },
    ])('by limit (%j) say when to come back', async (fault) => {
      const connection = await connect();
      emulator.fail(fault, ({ url }) => url.pathname === '/search/issues');
      const before = Date.now();
      const error: unknown = await read({}, connection).catch((reason: unknown) => reason);
      expect(error).toMatchObject({ code: 'provider_rate_limited' });
      const { retryAt } = error as { retryAt: Date };
      expect(retryAt.getTime()).toBeGreaterThanOrEqual(before + 3_600_000);
    });

    it('by the limit of points, which comes as a success, say when to come back', async () => {
      const connection = await connect();
      const body = { errors: [{ type: 'RATE_LIMITED', message: 'API rate limit exceeded' }] };
      const reset = Math.floor(Date.now() / 1_000) + 600;
      const headers = {
        'x-ratelimit-limit': '5000',
        'x-ratelimit-remaining': '0',
        'x-ratelimit-reset': String(reset),
      };
      emulator.fail({ status: 200, body, headers }, isGraphql);
      await expect(read({}, connection)).rejects.toMatchObject({
        code: 'provider_rate_limited',
        retryAt: new Date(reset * 1_000),
      });
    });

    it('do not come from a server without limits', async () => {
      emulator.headers = { 'x-ratelimit-limit': '0', 'x-ratelimit-remaining': '0' };
      const { ids, question: query } = await read();
      expect(ids).toEqual(expected(query));
    });

    it('end with the reason of the caller who leaves', async () => {
      const connection = await connect();
      emulator.fail('hang');
      const leaving = AbortSignal.timeout(50);
      const reading = fetcher.getActions(connection, MINE, leaving)[Symbol.asyncIterator]();
      const reason: unknown = await reading.next().catch((error: unknown) => error);
      expect(leaving.aborted).toBe(true);
      expect(reason).toBe(leaving.reason);
    });
  });
});

const EVERYONE = { everyone: true } as const;

/** All that happened in a seeded world. */
const WHOLE = { since: new Date(WORLD_NOW - WORLD_DAYS * DAY), authors: EVERYONE };

const MINE: ActionQuery = {
  since: new Date(WORLD_NOW - 10 * DAY),
  until: new Date(WORLD_NOW),
  authors: { everyone: false, viewer: true, names: [] },
  types: ACTION_TYPES,
  includeBots: false,
};

const minutesAgo = fc.integer({ min: 0, max: WORLD_DAYS * 24 * 60 });
const name = fc.constantFrom('octocat', 'hubot', 'defunkt', 'nobody', 'mona@private.example');

const question: fc.Arbitrary<ActionQuery> = fc.record({
  since: minutesAgo.map((minutes) => new Date(WORLD_NOW - minutes * 60_000)),
  until: minutesAgo.map((minutes) => new Date(WORLD_NOW - minutes * 60_000)),
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
