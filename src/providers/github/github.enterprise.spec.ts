import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { EmulatedGithub } from '../../../test/support/github/emulated-github.js';
import { EVERYONE, question, WHOLE } from '../../../test/support/world/questions.js';
import { seededWorld } from '../../../test/support/world/seeded.world.js';

const never = new AbortController().signal;
const CODE = ['commit', 'release'] as const;

describe('GithubFetcher, in front of GitHub Enterprise Server,', () => {
  let github: EmulatedGithub;

  beforeEach(async () => {
    github = await EmulatedGithub.start(seededWorld(), '/api/v3');
    // As they are installed: https://docs.github.com/enterprise-server/rest/using-the-rest-api/rate-limits-for-the-rest-api.
    github.emulator.headers = {};
  });
  afterEach(async () => {
    await github.stop();
    expect(github.emulator.unexpected()).toEqual([]);
  });

  const requests = (): string[] =>
    github.emulator.requests.map(({ method, url }) => `${method} ${url.pathname}`);

  it('asks below /api/v3 and for GraphQL beside it', async () => {
    const { ids, query, coverage } = await github.read();
    expect(ids).toEqual(github.expected(query));
    expect(coverage.every(({ status }) => status === 'complete')).toBe(true);
    expect(requests()).toContain('POST /api/graphql');
    expect(requests()).not.toContainEqual(expect.stringMatching(/^\w+ (?!\/api\/)/));
  });

  it('asks for everyone’s work in words that older searches know', async () => {
    const { ids, query } = await github.read({ ...WHOLE, types: ['pull_request', 'issue'] });
    expect(ids).toEqual(github.expected(query));
    const searches = github.emulator.requests.map(({ url }) => url.searchParams.get('q') ?? '');
    expect(searches.join()).not.toContain(' OR ');
  });

  it.each([
    ['no headers', {}],
    ['zeros', { 'x-ratelimit-limit': '0', 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '0' }],
  ])('waits for nothing on %s about limits, not even when it is refused', async (_, headers) => {
    github.emulator.headers = headers;
    const connection = await github.connect();
    const refusal = { status: 403, headers, body: { message: 'Must have access' } };
    github.emulator.fail(refusal, ({ url }) => url.pathname.endsWith('/search/issues'));
    const { coverage } = await github.read({}, connection);
    expect(coverage.every(({ status }) => status === 'partial')).toBe(true);
  });

  describe.each([
    ['with a GraphQL of today', undefined],
    ['whose GraphQL lacks a field', 'associatedPullRequests'],
    ['without GraphQL', 'everything'],
  ])('%s,', (_, lacks) => {
    beforeEach(() => {
      github.emulator.lacks = lacks;
    });

    it('reads the commits and releases of the world', async () => {
      const connection = await github.connect();
      await fc.assert(
        fc.asyncProperty(question, async (asked) => {
          const types = CODE.filter((type) => asked.types.includes(type));
          const { ids, query, coverage } = await github.read({ ...asked, types }, connection);
          expect(ids).toEqual(github.expected(query));
          expect(coverage).toHaveLength(github.emulator.world.repositories.length);
          const missed = coverage.filter(({ status }) => status !== 'complete');
          expect(missed.flatMap(({ kinds }) => kinds ?? types)).not.toContain('commit');
        }),
        { numRuns: 15 },
      );
    });

    it('finds a renamed repository by the name it was listed under', async () => {
      await github.stop();
      const world = seededWorld({ repositories: 2 });
      const [first, ...others] = world.repositories;
      const renamed = { ...first!, formerly: 'octocat/Old-Name' };
      const repositories = [renamed, ...others];
      github = await EmulatedGithub.start({ ...world, repositories }, '/api/v3');
      github.emulator.lacks = lacks;
      const connection = await github.connect();
      const listing = await github.fetcher.getRepositories(connection, never);
      const listed = { ...listing.repositories[0]!, fullName: renamed.formerly };
      const asked = { ...WHOLE, types: CODE, repositories: [listed] };
      const { ids, query, coverage } = await github.read(asked, connection);
      expect(ids).toEqual(github.expected(query));
      expect(ids.length).toBeGreaterThan(0);
      expect(coverage).toMatchObject([{ status: 'complete' }]);
    });

    it('names co-authors, bots and merges all the same', async () => {
      const { actions } = await github.read({ ...WHOLE, types: ['commit'], includeBots: true });
      expect(actions.some(({ coAuthors }) => coAuthors.length > 0)).toBe(true);
      expect(actions.some(({ author }) => author.bot)).toBe(true);
      expect(actions.some(({ merge }) => merge)).toBe(true);
    });
  });

  it('reads long lists page by page where there is no GraphQL', async () => {
    await github.stop();
    const world = seededWorld({ repositories: 2, active: 1, commits: 350, releases: 150 });
    github = await EmulatedGithub.start(world, '/api/v3');
    github.emulator.lacks = 'everything';
    const { ids, query } = await github.read({ ...WHOLE, authors: EVERYONE, types: CODE });
    expect(ids).toEqual(github.expected(query));
    expect(ids.length).toBeGreaterThan(300);
  });

  it('says what only GraphQL tells', async () => {
    github.emulator.lacks = 'everything';
    const { actions, coverage } = await github.read();
    expect(actions.some(({ type }) => type === 'review')).toBe(false);
    expect(coverage[0]).toMatchObject({
      status: 'partial',
      kinds: ['review'],
      reason: expect.stringContaining('too old'),
    });
  });
});
