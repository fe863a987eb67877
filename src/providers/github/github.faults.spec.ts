import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { EmulatedGithub } from '../../../test/support/github/emulated-github.js';
import { MINE } from '../../../test/support/world/questions.js';
import { seededWorld } from '../../../test/support/world/seeded.world.js';
import type { World } from '../../../test/support/world/world.js';

describe('GithubFetcher, when not all goes well:', () => {
  let github: EmulatedGithub;

  beforeEach(async () => {
    github = await EmulatedGithub.start();
  });
  afterEach(async () => {
    await github.stop();
    expect(github.emulator.unexpected()).toEqual([]);
  });

  async function restart(world: World): Promise<void> {
    await github.stop();
    github = await EmulatedGithub.start(world);
  }

  const isGraphql = ({ method }: { method: string }): boolean => method === 'POST';

  describe('what was not read', () => {
    it('is a repository that is gone, and no other', async () => {
      const world = seededWorld();
      const [first, ...others] = world.repositories;
      await restart({ ...world, repositories: [{ ...first!, vanished: true }, ...others] });
      const { ids, coverage, query } = await github.read({ types: ['commit'] });
      expect(ids).toEqual(github.expected(query));
      const failed = coverage.filter(({ status }) => status !== 'complete');
      expect(failed).toEqual([
        expect.objectContaining({ fullName: 'octocat/Repository-0', status: 'failed' }),
      ]);
    });

    it('is what an incomplete search left out', async () => {
      const body = { total_count: 0, incomplete_results: true, items: [] };
      github.emulator.fail(
        { status: 200, body },
        ({ url }) => url.pathname === '/search/issues',
        1,
      );
      const { coverage } = await github.read();
      expect(coverage.every(({ status }) => status === 'partial')).toBe(true);
    });

    it('is what GitHub finds by login only, for an address of somebody else', async () => {
      const authors = { everyone: false, viewer: false, names: ['hugh@example.com'] } as const;
      const { ids, coverage, query } = await github.read({ authors });
      expect(ids).toEqual(github.expected(query));
      expect(coverage[0]).toMatchObject({
        status: 'partial',
        kinds: expect.not.arrayContaining(['commit']),
      });
    });
  });

  describe('faults', () => {
    const timeout = { data: null, errors: [{ message: 'Something went wrong' }] };
    it.each(['cut', 'malformed', { status: 502 }, { status: 200, body: timeout }] as const)(
      'of one query (%j) are got over with smaller ones',
      async (fault) => {
        const connection = await github.connect();
        github.emulator.fail(fault, isGraphql, 1);
        const { ids, coverage, query } = await github.read({}, connection);
        expect(ids).toEqual(github.expected(query));
        expect(coverage.every(({ status }) => status === 'complete')).toBe(true);
      },
    );

    it('that last cost the kinds they concern, and are said', async () => {
      const connection = await github.connect();
      github.emulator.fail({ status: 502 }, isGraphql);
      const types = ['commit', 'issue'] as const;
      const { actions, coverage } = await github.read({ types }, connection);
      expect(actions.every(({ type }) => type === 'issue')).toBe(true);
      const active = coverage.filter(({ status }) => status !== 'complete');
      expect(active).toHaveLength(5);
      expect(active[0]).toMatchObject({ status: 'partial', kinds: ['commit'] });
    });

    it.each(['hang', 'cut', 'malformed', { status: 500 }] as const)(
      'of everything (%j) are an error',
      async (fault) => {
        const connection = await github.connect();
        github.emulator.fail(fault);
        const code = fault === 'hang' ? 'provider_timeout' : 'provider_failed';
        await expect(github.read({}, connection)).rejects.toMatchObject({ code });
      },
      20_000,
    );

    it.each([
      { status: 429, headers: { 'retry-after': '3600' } },
      { status: 403, headers: { 'retry-after': '3600' } },
    ])('by limit (%j) say when to come back', async (fault) => {
      const connection = await github.connect();
      github.emulator.fail(fault, ({ url }) => url.pathname === '/search/issues');
      const before = Date.now();
      const error: unknown = await github.read({}, connection).catch((reason: unknown) => reason);
      expect(error).toMatchObject({ code: 'provider_rate_limited' });
      const { retryAt } = error as { retryAt: Date };
      expect(retryAt.getTime()).toBeGreaterThanOrEqual(before + 3_600_000);
    });

    it('by a secondary limit without headers mean a minute', async () => {
      const connection = await github.connect();
      const page = 'https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api';
      const body = {
        message: 'Slow down',
        documentation_url: `${page}#about-secondary-rate-limits`,
      };
      github.emulator.fail({ status: 403, body }, isGraphql);
      const before = Date.now();
      const error: unknown = await github.read({}, connection).catch((reason: unknown) => reason);
      expect(error).toMatchObject({ code: 'provider_rate_limited' });
      const { retryAt } = error as { retryAt: Date };
      expect(retryAt.getTime()).toBeGreaterThanOrEqual(before + 60_000);
    });

    it('by the limit of points, which comes as a success, say when to come back', async () => {
      const connection = await github.connect();
      const body = { errors: [{ type: 'RATE_LIMITED', message: 'API rate limit exceeded' }] };
      const reset = Math.floor(Date.now() / 1_000) + 600;
      const headers = {
        'x-ratelimit-limit': '5000',
        'x-ratelimit-remaining': '0',
        'x-ratelimit-reset': String(reset),
      };
      github.emulator.fail({ status: 200, body, headers }, isGraphql);
      await expect(github.read({}, connection)).rejects.toMatchObject({
        code: 'provider_rate_limited',
        retryAt: new Date(reset * 1_000),
      });
    });

    it('do not come from a server without limits', async () => {
      github.emulator.headers = { 'x-ratelimit-limit': '0', 'x-ratelimit-remaining': '0' };
      const { ids, query } = await github.read();
      expect(ids).toEqual(github.expected(query));
    });

    it('end with the reason of the caller who leaves', async () => {
      const connection = await github.connect();
      github.emulator.fail('hang');
      const leaving = AbortSignal.timeout(50);
      const reading = github.fetcher.getActions(connection, MINE, leaving)[Symbol.asyncIterator]();
      const reason: unknown = await reading.next().catch((error: unknown) => error);
      expect(leaving.aborted).toBe(true);
      expect(reason).toBe(leaving.reason);
    });
  });
});
