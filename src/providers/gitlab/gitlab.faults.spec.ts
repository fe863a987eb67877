import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { EmulatedGitlab } from '../../../test/support/gitlab/emulated-gitlab.js';
import type { EmulatedRequest } from '../../../test/support/provider.emulator.js';
import { readActions } from '../../../test/support/read-actions.js';
import { EVERYONE, MINE, WHOLE } from '../../../test/support/world/questions.js';
import { seededWorld } from '../../../test/support/world/seeded.world.js';
import type { World } from '../../../test/support/world/world.js';
import type { ActionType } from '../action.js';

const STEPS: Record<ActionType, RegExp> = {
  commit: /\/repository\/commits$/,
  pull_request: /\/merge_requests$/,
  issue: /\/issues$/,
  review: /\/events$/,
  release: /\/releases$/,
};
const KINDS = Object.keys(STEPS) as ActionType[];
const FAULTS = ['cut', 'malformed', { status: 500 }, { status: 403 }, { status: 404 }] as const;

const never = new AbortController().signal;

const at =
  (path: RegExp) =>
  ({ url }: EmulatedRequest): boolean =>
    path.test(url.pathname);

describe('GitlabFetcher, when not all goes well:', () => {
  let gitlab: EmulatedGitlab;

  beforeEach(async () => {
    gitlab = await EmulatedGitlab.start();
  });
  afterEach(async () => {
    await gitlab.stop();
    expect(gitlab.emulator.unexpected()).toEqual([]);
  });

  async function restart(world: World): Promise<void> {
    await gitlab.stop();
    gitlab = await EmulatedGitlab.start(world);
  }

  describe('what was not read', () => {
    it('is a project that is gone, and no other', async () => {
      const world = seededWorld();
      const [first, ...others] = world.repositories;
      await restart({ ...world, repositories: [{ ...first!, vanished: true }, ...others] });
      const { ids, coverage, query } = await gitlab.read({ types: ['commit', 'release'] });
      expect(ids).toEqual(gitlab.expected(query));
      const failed = coverage.filter(({ status }) => status !== 'complete');
      expect(failed).toEqual([
        expect.objectContaining({ fullName: 'octocat/Repository-0', status: 'failed' }),
      ]);
    });

    it('is not what a project does without', async () => {
      const world = seededWorld();
      const [first, ...others] = world.repositories;
      const without = { ...first!, turnedOff: ['release'], releases: [] } as const;
      await restart({ ...world, repositories: [without, ...others] });
      const { ids, coverage, query } = await gitlab.read({ ...WHOLE, types: ['release'] });
      expect(ids).toEqual(gitlab.expected(query));
      expect(coverage.every(({ status }) => status === 'complete')).toBe(true);
    });

    it('is what GitLab finds by login only, for an address of somebody else', async () => {
      const authors = { everyone: false, viewer: false, names: ['hugh@example.com'] } as const;
      const { ids, coverage, query } = await gitlab.read({ authors });
      expect(ids).toEqual(gitlab.expected(query));
      expect(coverage[0]).toMatchObject({
        status: 'partial',
        kinds: ['pull_request', 'issue', 'review', 'release'],
      });
    });

    it('is the commits under addresses of others that nobody named', async () => {
      const authors = { everyone: false, viewer: false, names: ['hubot'] } as const;
      const { ids, coverage, query } = await gitlab.read({ authors });
      expect(ids).toEqual(gitlab.expected(query));
      expect(coverage[0]).toMatchObject({ status: 'partial', kinds: ['commit'] });
    });

    it('is the only project asked for, when the token must not read it', async () => {
      const connection = await gitlab.connect();
      const { repositories } = await gitlab.fetcher.getRepositories(connection, never);
      gitlab.emulator.fail({ status: 403 }, at(STEPS.commit));
      const only = { repositories: repositories.slice(0, 1), types: ['commit'] } as const;
      const { ids, coverage } = await gitlab.read(only, connection);
      expect(ids).toEqual([]);
      expect(coverage).toEqual([
        expect.objectContaining({ id: repositories[0]?.id, status: 'failed' }),
      ]);
    });

    it('is the approvals of somebody who is not there', async () => {
      const authors = { everyone: false, viewer: false, names: ['nobody'] } as const;
      const { ids, coverage } = await gitlab.read({ authors, types: ['review'] });
      expect(ids).toEqual([]);
      expect(coverage.every(({ status }) => status === 'failed')).toBe(true);
    });

    it('is the rest of a list whose later page is missing', async () => {
      const asked = { since: WHOLE.since, types: ['issue'] } as const;
      gitlab.emulator.maxPageSize = 2;
      const connection = await gitlab.connect();
      gitlab.emulator.fail(
        { status: 500 },
        ({ url }) => url.pathname.endsWith('/issues') && url.searchParams.get('page') === '2',
      );
      const { ids, coverage, query } = await gitlab.read(asked, connection);
      expect(ids.length).toBeGreaterThan(0);
      expect(gitlab.expected(query)).toEqual(expect.arrayContaining(ids));
      expect(ids).not.toEqual(gitlab.expected(query));
      expect(coverage.every(({ status }) => status === 'partial')).toBe(true);
    });

    it('is where the commits came from, when only the merge requests are not told', async () => {
      const connection = await gitlab.connect();
      gitlab.emulator.fail({ status: 403 }, at(STEPS.pull_request));
      const { ids, coverage, query } = await gitlab.read({ types: ['commit'] }, connection);
      expect(ids).toEqual(gitlab.expected(query));
      expect(coverage[0]).toMatchObject({
        status: 'partial',
        reason: expect.stringContaining('merge requests'),
      });
    });
  });

  describe('a fault that lasts', () => {
    it.each(KINDS.flatMap((kind) => FAULTS.map((fault) => ({ kind, fault }))))(
      'of $kind ($fault) costs that kind, and is said',
      async ({ kind, fault }) => {
        const connection = await gitlab.connect();
        gitlab.emulator.fail(fault, at(STEPS[kind]));
        const { actions, ids, coverage, query } = await gitlab.read(WHOLE, connection);
        const others = KINDS.filter((type) => type !== kind);
        expect(ids).toEqual(gitlab.expected({ ...query, types: others }));
        expect(actions.every(({ type }) => type !== kind)).toBe(true);
        const touched = coverage.filter(({ status }) => status !== 'complete');
        expect(touched).toHaveLength(5);
        expect(touched[0]).toMatchObject({ status: 'partial', kinds: [kind] });
      },
    );

    it.each(['hang', 'cut', 'malformed', { status: 500 }] as const)(
      'of everything (%j) is an error',
      async (fault) => {
        const connection = await gitlab.connect();
        gitlab.emulator.fail(fault);
        const code = fault === 'hang' ? 'provider_timeout' : 'provider_failed';
        await expect(gitlab.read({}, connection)).rejects.toMatchObject({ code });
        await expect(gitlab.connect()).rejects.toMatchObject({ code });
      },
      30_000,
    );

    it.each(Object.values(STEPS))('of the token at %s is an error', async (path) => {
      const connection = await gitlab.connect();
      gitlab.emulator.fail({ status: 401 }, at(path));
      const reading = gitlab.read({ authors: EVERYONE }, connection);
      await expect(reading).rejects.toMatchObject({ code: 'provider_unauthorized' });
    });
  });

  describe('a fault that passes', () => {
    it.each(['cut', { status: 502 }, { status: 429, headers: { 'retry-after': '0' } }] as const)(
      '(%j) is got over',
      async (fault) => {
        const connection = await gitlab.connect();
        for (const path of Object.values(STEPS)) gitlab.emulator.fail(fault, at(path), 1);
        const { ids, coverage, query } = await gitlab.read({}, connection);
        expect(ids).toEqual(gitlab.expected(query));
        expect(coverage.every(({ status }) => status === 'complete')).toBe(true);
      },
    );
  });

  describe('a limit', () => {
    it.each([
      ['retry-after', { 'retry-after': '3600' }, 3_600_000],
      ['no header', {}, 60_000],
    ] as const)('with %s says when to come back', async (_, headers, wait) => {
      const connection = await gitlab.connect();
      gitlab.emulator.fail({ status: 429, headers }, at(STEPS.commit));
      const before = Date.now();
      const error: unknown = await gitlab.read({}, connection).catch((reason: unknown) => reason);
      expect(error).toMatchObject({ code: 'provider_rate_limited' });
      const { retryAt } = error as { retryAt: Date };
      expect(retryAt.getTime()).toBeGreaterThanOrEqual(before + wait);
    });

    it('with the time of its reset says that time', async () => {
      const connection = await gitlab.connect();
      const reset = Math.floor(Date.now() / 1_000) + 600;
      const headers = {
        'ratelimit-limit': '2000',
        'ratelimit-remaining': '0',
        'ratelimit-reset': String(reset),
      };
      gitlab.emulator.fail({ status: 429, headers }, at(STEPS.issue));
      await expect(gitlab.read({}, connection)).rejects.toMatchObject({
        code: 'provider_rate_limited',
        retryAt: new Date(reset * 1_000),
      });
    });
  });

  it.each(Object.values(STEPS))(
    'ends with the reason of the caller who leaves at %s',
    async (path) => {
      const connection = await gitlab.connect();
      gitlab.emulator.fail('hang', at(path));
      const leaving = AbortSignal.timeout(200);
      const reading = readActions(gitlab.fetcher, connection, MINE, leaving);
      const reason: unknown = await reading.catch((error: unknown) => error);
      expect(leaving.aborted).toBe(true);
      expect(reason).toBe(leaving.reason);
    },
  );
});
