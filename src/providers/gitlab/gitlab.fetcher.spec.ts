import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { EmulatedGitlab } from '../../../test/support/gitlab/emulated-gitlab.js';
import { GitlabEmulator } from '../../../test/support/gitlab.emulator.js';
import { EVERYONE, MINE, question, WHOLE } from '../../../test/support/world/questions.js';
import { seededWorld } from '../../../test/support/world/seeded.world.js';
import type { World } from '../../../test/support/world/world.js';

const never = new AbortController().signal;

describe('GitlabFetcher', () => {
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

  describe('connecting', () => {
    it('knows the viewer by every address, the noreply form included', async () => {
      const { viewer, label } = await gitlab.connect();
      expect(viewer).toMatchObject({ id: '1', login: 'octocat', name: 'Mona Lisa' });
      expect(viewer?.emails).toEqual([
        'mona@example.com',
        'mona@private.example',
        '1-octocat@users.noreply.127.0.0.1',
      ]);
      expect(label).toBe(`octocat at ${new URL(gitlab.emulator.url).host}`);
    });

    it('tells what the token may do and when it ends', async () => {
      const connection = await gitlab.connect();
      expect(connection.scopes).toEqual(['read_api']);
      expect(connection.credentialExpiresAt).toBe('2026-01-02T00:00:00.000Z');
      expect(connection.id).not.toContain(GitlabEmulator.TOKEN);
    });

    it.each([401, 403, 404])('does without what the token must not read (%d)', async (status) => {
      gitlab.emulator.fail({ status }, ({ url }) => /emails|tokens/.test(url.pathname));
      const { viewer, scopes, credentialExpiresAt } = await gitlab.connect();
      expect(viewer?.emails).toHaveLength(2);
      expect([scopes, credentialExpiresAt]).toEqual([undefined, undefined]);
    });

    it('says that a token is wrong, without repeating it', async () => {
      const error: unknown = await gitlab.connect('glpat-wrong').catch((reason: unknown) => reason);
      expect(error).toMatchObject({ code: 'provider_unauthorized' });
      expect(inspect(error, { depth: Infinity })).not.toContain('glpat-wrong');
    });

    it('refuses a server nobody allowed, and knows its own by the address', async () => {
      const request = { provider: 'gitlab', token: GitlabEmulator.TOKEN } as const;
      const foreign = gitlab.fetcher.connect({ ...request, baseUrl: 'https://example.org' }, never);
      await expect(foreign).rejects.toMatchObject({ code: 'invalid_request' });
      const baseUrl = `${gitlab.emulator.url}/`;
      const own = await gitlab.fetcher.connect({ ...request, baseUrl }, never);
      expect(own.baseUrl).toBe(gitlab.emulator.url);
    });
  });

  it('reads a server that stands below a path', async () => {
    await gitlab.stop();
    gitlab = await EmulatedGitlab.start(seededWorld(), '/gitlab');
    const connection = await gitlab.connect();
    expect(connection.baseUrl).toBe(`${gitlab.emulator.url}/gitlab`);
    const { repositories } = await gitlab.fetcher.getRepositories(connection, never);
    expect(repositories[0]?.id).toMatch(/^gitlab:127\.0\.0\.1:\d+\/gitlab\/\d+$/);
    expect((await gitlab.read({}, connection)).actions.length).toBeGreaterThan(0);
  });

  describe('repositories', () => {
    it('come from all pages, with their groups, the last active first', async () => {
      await restart(seededWorld({ repositories: 250, active: 3, commits: 1 }));
      const connection = await gitlab.connect();
      gitlab.emulator.requests.length = 0;
      const { repositories } = await gitlab.fetcher.getRepositories(connection, never);
      expect(new Set(repositories.map(({ id }) => id)).size).toBe(250);
      expect(gitlab.emulator.requests).toHaveLength(3);
      const activity = repositories.map(({ pushedAt }) => pushedAt ?? '');
      expect(activity).toEqual([...activity].sort().reverse());
      expect(repositories.map(({ fullName }) => fullName)).toContain(
        'octo-org/deep/er/Repository-1',
      );
    });
  });

  describe('actions', () => {
    it.each([
      ['counted', true],
      ['uncounted', false],
    ])('are those of the world, none lost, invented or doubled, of %s pages', async (_, counts) => {
      const connection = await gitlab.connect();
      gitlab.emulator.counts = counts;
      const pageSize = fc.integer({ min: 2, max: 10 });
      await fc.assert(
        fc.asyncProperty(question, pageSize, async (query, maxPageSize) => {
          gitlab.emulator.maxPageSize = maxPageSize;
          const { ids, coverage } = await gitlab.read(query, connection);
          expect(ids).toEqual(gitlab.expected(query));
          expect(coverage).toHaveLength(gitlab.emulator.world.repositories.length);
        }),
        { numRuns: 25 },
      );
    });

    it('of chosen repositories leave out the others', async () => {
      const connection = await gitlab.connect();
      const { repositories } = await gitlab.fetcher.getRepositories(connection, never);
      for (const authors of [EVERYONE, { everyone: false, viewer: true, names: [] } as const]) {
        const chosen = { ...WHOLE, repositories: repositories.slice(0, 2), authors };
        const { ids, query, coverage } = await gitlab.read(chosen, connection);
        expect(ids).toEqual(gitlab.expected(query));
        expect(coverage.map(({ id }) => id).sort()).toEqual(
          chosen.repositories.map(({ id }) => id).sort(),
        );
      }
    });

    it('credit squashes to their merge request and name co-authors', async () => {
      const { actions } = await gitlab.read({ ...WHOLE, types: ['commit'] });
      const squash = actions.find(({ pullRequest }) => pullRequest !== undefined);
      const { number = 0, title, url } = squash?.pullRequest ?? {};
      expect(squash?.title).toMatch(new RegExp(` \\(#${number}\\)$`));
      expect(title).toBe(`Talk ${number}`);
      expect(url).toBe(`${squash?.repository.url}/-/merge_requests/${number}`);
      const together = actions.find(({ coAuthors }) => coAuthors.length > 0);
      expect(together?.coAuthors[0]?.name).toBeDefined();
      expect(actions.some(({ merge }) => merge)).toBe(true);
    });

    it('of the viewer are told from the viewer as their login, whatever the address', async () => {
      const { actions } = await gitlab.read({ ...WHOLE, types: ['commit'] });
      const own = actions.filter(({ author }) => author.name === 'Mona Lisa');
      expect(new Set(own.map(({ author }) => author.email)).size).toBeGreaterThan(1);
      expect(new Set(own.map(({ author }) => author.login))).toEqual(new Set(['octocat']));
    });

    it('of the token of a project are those of a bot', async () => {
      const types = ['pull_request', 'issue'] as const;
      const { actions } = await gitlab.read({ ...WHOLE, types, includeBots: true });
      const bots = actions.filter(({ author }) => author.bot).map(({ author }) => author.login);
      expect(new Set(bots)).toEqual(new Set(['project_4_bot_0123456789abcdef']));
    });

    it('are there of projects whose activity GitLab has not noted yet, which takes it an hour', async () => {
      const { repositories, ...world } = seededWorld();
      const pushedAt = new Date(MINE.since.getTime() - 59 * 60_000).toISOString();
      await restart({ ...world, repositories: repositories.map((one) => ({ ...one, pushedAt })) });
      const { query, ids } = await gitlab.read();
      expect(ids).toEqual(gitlab.expected(query));
      expect(ids.length).toBeGreaterThan(0);
    });

    it('of 200 projects take few requests, and never more than 20 at once', async () => {
      await restart(seededWorld({ repositories: 200, active: 20 }));
      const connection = await gitlab.connect();
      gitlab.emulator.requests.length = 0;
      gitlab.emulator.maxInFlight = 0;
      const { ids, query } = await gitlab.read({}, connection);
      expect(ids).toEqual(gitlab.expected(query));
      expect(gitlab.emulator.requests.length).toBeLessThanOrEqual(10 + 2 * 20);
      expect(gitlab.emulator.maxInFlight).toBeLessThanOrEqual(20);
    });

    it('of 200 projects take few answers one after the other', async () => {
      await restart(seededWorld({ repositories: 200, active: 20 }));
      const connection = await gitlab.connect();
      gitlab.emulator.latency = 400;
      const start = performance.now();
      await gitlab.read({}, connection);
      expect(performance.now() - start).toBeLessThan(10 * gitlab.emulator.latency);
    });
  });
});
