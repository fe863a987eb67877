import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { GithubEmulator } from '../../../test/support/github.emulator.js';
import { EmulatedGithub } from '../../../test/support/github/emulated-github.js';
import { EVERYONE, question, WHOLE } from '../../../test/support/world/questions.js';
import { seededWorld } from '../../../test/support/world/seeded.world.js';
import type { World } from '../../../test/support/world/world.js';

const never = new AbortController().signal;

describe('GithubFetcher', () => {
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

  describe('connecting', () => {
    it('knows the viewer by every address, noreply forms included', async () => {
      const { viewer } = await github.connect();
      expect(viewer).toMatchObject({ id: 'U_1', login: 'octocat', name: 'Mona Lisa' });
      expect(viewer?.emails).toEqual(
        expect.arrayContaining(['mona@example.com', 'mona@private.example']),
      );
      const host = new URL(github.emulator.url).host;
      expect(viewer?.emails).toContain(`1+octocat@users.noreply.${host}`);
      expect(viewer?.emails).toContain(`octocat@users.noreply.${host}`);
    });

    it('tells what the token may do and when it ends', async () => {
      github.emulator.headers['github-authentication-token-expiration'] = '2026-01-02 03:04:05 UTC';
      const connection = await github.connect();
      expect(connection.scopes).toEqual(['repo', 'read:org', 'user:email']);
      expect(connection.credentialExpiresAt).toBe('2026-01-02T03:04:05.000Z');
      expect(connection.id).not.toContain(GithubEmulator.TOKEN);
    });

    it('does without the addresses that the token must not read', async () => {
      github.emulator.fail({ status: 404 }, ({ url }) => url.pathname === '/user/emails');
      const { viewer } = await github.connect();
      expect(viewer?.emails).toHaveLength(2);
    });

    it('says that a token is wrong, without repeating it', async () => {
      const error: unknown = await github.connect('ghp_wrong').catch((reason: unknown) => reason);
      expect(error).toMatchObject({ code: 'provider_unauthorized' });
      expect(inspect(error, { depth: Infinity })).not.toContain('ghp_wrong');
    });

    it('refuses a server nobody allowed, and knows its own by the address', async () => {
      const request = { provider: 'github', token: GithubEmulator.TOKEN } as const;
      const foreign = github.fetcher.connect({ ...request, baseUrl: 'https://example.org' }, never);
      await expect(foreign).rejects.toMatchObject({ code: 'invalid_request' });
      const own = await github.fetcher.connect(
        { ...request, baseUrl: `${github.emulator.url}/` },
        never,
      );
      expect(own.baseUrl).toBe(github.emulator.url);
    });
  });

  describe('repositories', () => {
    it('come from all pages, the later ones at once, newest push first', async () => {
      await restart(seededWorld({ repositories: 450, active: 3, commits: 1 }));
      const connection = await github.connect();
      github.emulator.latency = 50;
      github.emulator.maxInFlight = 0;
      const { repositories } = await github.fetcher.getRepositories(connection, never);
      expect(new Set(repositories.map(({ id }) => id)).size).toBe(450);
      const pushes = repositories.map(({ pushedAt }) => pushedAt ?? '');
      expect(pushes).toEqual([...pushes].sort().reverse());
      expect(
        github.emulator.requests.filter(({ url }) => url.pathname === '/user/repos'),
      ).toHaveLength(5);
      expect(github.emulator.maxInFlight).toBe(4);
    });
  });

  describe('actions', () => {
    it('are those of the world, none lost, invented or doubled, of pages of any size', async () => {
      const connection = await github.connect();
      const pageSize = fc.integer({ min: 2, max: 10 });
      await fc.assert(
        fc.asyncProperty(question, pageSize, async (query, maxPageSize) => {
          github.emulator.maxPageSize = maxPageSize;
          const { ids, coverage } = await github.read(query, connection);
          expect(ids).toEqual(github.expected(query));
          expect(coverage).toHaveLength(github.emulator.world.repositories.length);
        }),
        { numRuns: 25 },
      );
    });

    it('of chosen repositories leave out the others', async () => {
      const connection = await github.connect();
      const { repositories } = await github.fetcher.getRepositories(connection, never);
      const chosen = { repositories: repositories.slice(0, 2), authors: EVERYONE };
      const { ids, query, coverage } = await github.read(chosen, connection);
      expect(ids).toEqual(github.expected(query));
      expect(coverage.map(({ id }) => id).sort()).toEqual(
        chosen.repositories.map(({ id }) => id).sort(),
      );
    });

    it('credit squashes to their pull request and name co-authors', async () => {
      const { actions } = await github.read({ authors: EVERYONE, types: ['commit'] });
      const squash = actions.find(({ title }) => / \(#\d+\)$/.test(title));
      expect(squash?.pullRequest).toMatchObject({ title: expect.stringMatching(/^Talk/) });
      const together = actions.find(({ coAuthors }) => coAuthors.length > 0);
      expect(together?.coAuthors[0]?.login).toBeDefined();
    });

    it('of a bot are there when it is asked for by its name', async () => {
      const authors = { everyone: false, viewer: false, names: ['dependabot[bot]'] } as const;
      const { actions, ids, query } = await github.read({ ...WHOLE, authors, includeBots: true });
      expect(ids).toEqual(expect.arrayContaining(github.expected(query)));
      expect(new Set(actions.map(({ type }) => type))).toEqual(
        new Set(['commit', 'pull_request', 'issue', 'review']),
      );
      for (const { author, coAuthors } of actions) {
        expect([author, ...coAuthors].some(({ bot }) => bot)).toBe(true);
      }
    });

    it('of long histories come page by page', async () => {
      await restart(seededWorld({ repositories: 2, active: 1, commits: 500, conversations: 0 }));
      const { ids, query } = await github.read({ ...WHOLE, types: ['commit'] });
      expect(ids).toEqual(github.expected(query));
      expect(ids.length).toBeGreaterThan(200);
    });

    it('past what one search shows come by searches of shorter windows', async () => {
      await restart(seededWorld({ repositories: 2, active: 1, commits: 0, conversations: 4_000 }));
      const query = { ...WHOLE, types: ['pull_request'] as const };
      const { ids, coverage, query: asked } = await github.read(query);
      expect(ids).toEqual(github.expected(asked));
      expect(ids.length).toBeGreaterThan(1_000);
      expect(coverage.every(({ status }) => status === 'complete')).toBe(true);
    });

    it('asked for again are told by what did not change', async () => {
      const connection = await github.connect();
      const asking = () => github.read({}, connection);
      const first = await asking();
      github.emulator.requests.length = 0;
      expect(github.emulator.notModified).toBe(0);
      expect((await asking()).ids).toEqual(first.ids);
      // GraphQL is asked by POST, which knows no conditions.
      const questions = github.emulator.requests.filter(({ method }) => method === 'GET');
      expect(questions.length).toBeGreaterThan(0);
      expect(github.emulator.notModified).toBe(questions.length);
    });

    it('of 200 repositories take few requests, and never more than 20 at once', async () => {
      await restart(seededWorld({ repositories: 200, active: 20 }));
      const connection = await github.connect();
      github.emulator.requests.length = 0;
      github.emulator.maxInFlight = 0;
      github.emulator.latency = 20;
      const { ids, query } = await github.read({}, connection);
      expect(ids).toEqual(github.expected(query));
      expect(github.emulator.requests.length).toBeLessThanOrEqual(15);
      expect(github.emulator.maxInFlight).toBeLessThanOrEqual(20);
    });
  });
});
