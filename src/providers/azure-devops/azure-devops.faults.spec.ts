import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { EmulatedAzureDevops } from '../../../test/support/azure-devops/emulated-azure-devops.js';
import type { EmulatedRequest } from '../../../test/support/provider.emulator.js';
import { EVERYONE, MINE, WHOLE } from '../../../test/support/world/questions.js';
import { seededWorld } from '../../../test/support/world/seeded.world.js';
import type { World } from '../../../test/support/world/world.js';

const isFor =
  (end: string) =>
  ({ method, url }: EmulatedRequest): boolean =>
    method !== 'OPTIONS' && url.pathname.endsWith(end);

describe('AzureDevopsFetcher, when not all goes well:', () => {
  let azure: EmulatedAzureDevops;

  beforeEach(async () => {
    azure = await EmulatedAzureDevops.start();
  });
  afterEach(async () => {
    await azure.stop();
    expect(azure.emulator.unexpected()).toEqual([]);
  });

  async function restartWith(change: Partial<World['repositories'][number]>): Promise<void> {
    const world = seededWorld();
    const [first, ...others] = world.repositories;
    await azure.stop();
    azure = await EmulatedAzureDevops.start({
      ...world,
      repositories: [{ ...first!, ...change }, ...others],
    });
  }

  describe('what was not read', () => {
    it('is a repository that is gone, and no other', async () => {
      await restartWith({ vanished: true });
      const { ids, coverage, query } = await azure.read({ types: ['commit'] });
      expect(ids).toEqual(azure.expected(query));
      expect(coverage.filter(({ status }) => status !== 'complete')).toEqual([
        expect.objectContaining({ fullName: 'octocat/Repository-0', status: 'failed' }),
      ]);
    });

    it('is a repository that is disabled, which nobody asks for', async () => {
      await restartWith({ archived: true });
      const { coverage } = await azure.read({ types: ['commit'], authors: EVERYONE });
      expect(coverage).toContainEqual(
        expect.objectContaining({ fullName: 'octocat/Repository-0', status: 'skipped' }),
      );
      expect(azure.emulator.requests.filter(isFor('/Repository-0/commits'))).toEqual([]);
    });

    it('is what there is none of: releases', async () => {
      const { coverage } = await azure.read();
      expect(coverage[0]).toMatchObject({
        status: 'complete',
        kinds: ['commit', 'pull_request', 'issue', 'review'],
      });
      const { coverage: none } = await azure.read({ types: ['release'] });
      expect(none.every(({ status }) => status === 'skipped')).toBe(true);
    });

    it('is what the token must not see', async () => {
      const connection = await azure.connect();
      azure.emulator.fail({ status: 403 }, isFor('/wiql'));
      const { coverage } = await azure.read({}, connection);
      expect(coverage[0]).toMatchObject({ status: 'partial', kinds: ['issue'] });
    });

    it('is when work items were closed, in an organisation that does not tell', async () => {
      azure.emulator.fail({ status: 400 }, isFor('/wiql'), 1);
      const { actions, coverage } = await azure.read({ ...WHOLE, types: ['issue'] });
      expect(new Set(actions.map(({ state }) => state))).toEqual(new Set(['opened']));
      expect(coverage[0]).toMatchObject({
        status: 'partial',
        reason: expect.stringContaining('closed'),
      });
    });

    it('is what somebody wrote under another name than an address', async () => {
      const authors = { everyone: false, viewer: false, names: ['hubot'] } as const;
      const { coverage } = await azure.read({ authors });
      expect(coverage[0]).toMatchObject({ status: 'partial', kinds: ['commit'] });
    });
  });

  describe('faults', () => {
    const STEPS = [
      ['git', 'OPTIONS'],
      ['wit', 'OPTIONS'],
      ['/git/repositories', 'GET'],
      ['/commits', 'GET'],
      ['/pullRequests', 'GET'],
      ['/threads', 'GET'],
      ['/wiql', 'POST'],
      ['/workItemsBatch', 'POST'],
    ] as const;
    const ONCE = [
      'cut',
      { status: 502 },
      { status: 429, headers: { 'retry-after': '0' } },
    ] as const;

    it.each(STEPS)('of one request for …%s are got over', async (end, method) => {
      const connection = await azure.connect();
      for (const fault of ONCE) {
        azure.emulator.fail(
          fault,
          (request) => request.method === method && request.url.pathname.endsWith(end),
          1,
        );
      }
      const { ids, coverage, query } = await azure.read(WHOLE, connection);
      expect(ids).toEqual(azure.expected(query));
      expect(coverage.every(({ status }) => status === 'complete')).toBe(true);
    });

    it.each(STEPS.slice(3).map(([end]) => end))(
      'that last cost what …%s tells, and are said',
      async (end) => {
        const connection = await azure.connect();
        azure.emulator.fail('malformed', isFor(end));
        const { ids, coverage, query } = await azure.read(WHOLE, connection);
        expect(ids.length).toBeLessThan(azure.expected(query).length);
        expect(coverage.some(({ status }) => status === 'partial')).toBe(true);
      },
    );

    it.each(['hang', 'cut', 'malformed', { status: 500 }] as const)(
      'of everything (%j) are an error',
      async (fault) => {
        const connection = await azure.connect();
        azure.emulator.fail(fault);
        const code = fault === 'hang' ? 'provider_timeout' : 'provider_failed';
        await expect(azure.read({}, connection)).rejects.toMatchObject({ code });
      },
      20_000,
    );

    it('are a token that ends while it is read with', async () => {
      const connection = await azure.connect();
      const headers = { 'content-type': 'text/html' };
      azure.emulator.fail({ status: 203, headers, body: '<html>' }, isFor('/commits'));
      await expect(azure.read({}, connection)).rejects.toMatchObject({
        code: 'provider_unauthorized',
      });
    });

    it('by limit say when to come back', async () => {
      const connection = await azure.connect();
      const headers = { 'retry-after': '3600', 'x-ratelimit-remaining': '0' };
      azure.emulator.fail({ status: 429, headers }, isFor('/pullRequests'));
      const before = Date.now();
      const error: unknown = await azure.read({}, connection).catch((reason: unknown) => reason);
      expect(error).toMatchObject({ code: 'provider_rate_limited' });
      const { retryAt } = error as { retryAt: Date };
      expect(retryAt.getTime()).toBeGreaterThanOrEqual(before + 3_600_000);
    });

    it('to come, told with a good answer, are waited for where that is short', async () => {
      const connection = await azure.connect();
      azure.emulator.headers = { 'retry-after': '1' };
      const before = performance.now();
      const types = ['commit'] as const;
      const { repositories } = await azure.fetcher.getRepositories(
        connection,
        AbortSignal.timeout(60_000),
      );
      const one = { types, repositories: repositories.slice(0, 1), authors: EVERYONE };
      const { ids, query } = await azure.read(one, connection);
      expect(ids).toEqual(azure.expected(query));
      expect(performance.now() - before).toBeGreaterThanOrEqual(990);
    }, 20_000);

    it('to come, told with a good answer, are an error where that is long', async () => {
      const connection = await azure.connect();
      azure.emulator.headers = { 'retry-after': '600' };
      await expect(azure.read({}, connection)).rejects.toMatchObject({
        code: 'provider_rate_limited',
        retryAt: expect.any(Date),
      });
    });

    it('end with the reason of the caller who leaves', async () => {
      const connection = await azure.connect();
      azure.emulator.fail('hang');
      const leaving = AbortSignal.timeout(50);
      const reading = azure.fetcher.getActions(connection, MINE, leaving)[Symbol.asyncIterator]();
      const reason: unknown = await reading.next().catch((error: unknown) => error);
      expect(leaving.aborted).toBe(true);
      expect(reason).toBe(leaving.reason);
    });
  });
});
