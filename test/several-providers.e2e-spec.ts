import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { SessionGrantDto } from '../src/auth/auth.dto.js';
import type { ReplyDto } from '../src/chat/replies/replies.dto.js';
import type { ActionsDto } from '../src/recap/actions.dto.js';
import type { ReposDto } from '../src/recap/repos.dto.js';
import { AzureDevopsEmulator } from './support/azure-devops.emulator.js';
import { ORGANIZATION } from './support/azure-devops/azure-world.js';
import { GithubEmulator } from './support/github.emulator.js';
import { GitlabEmulator } from './support/gitlab.emulator.js';
import type { Fault, ProviderEmulator } from './support/provider.emulator.js';
import { TestServer } from './support/server.js';
import { seededWorld } from './support/world/seeded.world.js';
import type { WorldCommit, WorldRepository } from './support/world/world.js';

const WINDOW = { since: '2025-06-10T12:00:00Z', until: '2025-06-30T12:00:00Z' };
const PROVIDERS = ['github', 'gitlab', 'azure-devops'] as const;
type Provider = (typeof PROVIDERS)[number];

const WISHES = [
  { provider: 'github', token: GithubEmulator.TOKEN },
  { provider: 'gitlab', token: GitlabEmulator.TOKEN },
  { provider: 'azure-devops', token: AzureDevopsEmulator.TOKEN, organization: ORGANIZATION },
] as const;

describe('a session with several providers', () => {
  let emulators: Record<Provider, ProviderEmulator>;
  let server: TestServer;
  let token: string;

  beforeAll(async () => {
    emulators = {
      github: await GithubEmulator.start(seededWorld({ seed: 1 })),
      gitlab: await GitlabEmulator.start(seededWorld({ seed: 2 })),
      'azure-devops': await AzureDevopsEmulator.start(seededWorld({ seed: 3 })),
    };
    server = await TestServer.start({
      GITHUB_API_URL: emulators.github.url,
      GITLAB_URL: emulators.gitlab.url,
      AZURE_DEVOPS_URL: emulators['azure-devops'].url,
    });
    for (const wish of WISHES) {
      const { body } = await server.post<SessionGrantDto>('/pat', wish, token ? { token } : {});
      token = body.accessToken;
    }
  });
  afterEach(() => {
    for (const emulator of Object.values(emulators)) emulator.heal();
  });
  afterAll(async () => {
    await server.stop();
    for (const emulator of Object.values(emulators)) {
      await emulator.stop();
      expect(emulator.unexpected()).toEqual([]);
    }
  });

  async function actions(query: Readonly<Record<string, string>>) {
    const path = `/actions?${new URLSearchParams(query).toString()}`;
    return (await server.get<ActionsDto>(path, { token })).body;
  }
  const statuses = (connections: ActionsDto['coverage']['connections']) =>
    Object.fromEntries(connections.map(({ provider, status }) => [provider, status]));

  it('lists the repositories and tells the actions of all', async () => {
    const { body } = await server.get<ReposDto>('/repos', { token });
    expect(body.total).toBe(18);
    const { actions: found, coverage } = await actions({ ...WINDOW, limit: '1000' });
    expect(new Set(found.map(({ provider }) => provider))).toEqual(new Set(PROVIDERS));
    const times = found.map(({ timestamp }) => Date.parse(timestamp));
    expect(times).toEqual(times.toSorted((one, other) => other - one));
    expect(coverage.repositories).toHaveLength(18);
  });

  it.each<[Provider, Fault]>([
    ['github', { status: 401 }],
    ['gitlab', { status: 429, headers: { 'retry-after': '3600' } }],
    ['azure-devops', { status: 500 }],
  ])('answers without %s while that fails (%j), and says so', async (provider, fault) => {
    emulators[provider].fail(fault);
    const { actions: found, coverage } = await actions({ ...WINDOW, limit: '1000' });
    const others = PROVIDERS.filter((one) => one !== provider);
    expect(new Set(found.map((one) => one.provider))).toEqual(new Set(others));
    expect(statuses(coverage.connections)).toEqual({
      ...Object.fromEntries(others.map((one) => [one, 'complete'])),
      [provider]: 'failed',
    });
    const missed = coverage.connections.find((one) => one.provider === provider);
    expect(missed?.reason).toBeTruthy();
    const recap = await server.post<ReplyDto>('/recaps', WINDOW, { token });
    expect(recap.body).toMatchObject({ status: 'done', uncited: [] });
    expect(statuses(recap.body.coverage?.connections ?? [])).toEqual(
      statuses(coverage.connections),
    );
  });

  it('names the repositories of a provider whose limit is met half-way', async () => {
    const fault = { status: 429, headers: { 'retry-after': '3600' } };
    emulators.gitlab.fail(fault, ({ url }) => url.pathname.endsWith('/repository/commits'));
    const { coverage } = await actions({ ...WINDOW, limit: '1000' });
    const gitlab = coverage.connections.find(({ provider }) => provider === 'gitlab');
    expect(gitlab).toMatchObject({ status: 'failed', retryAt: expect.any(String) });
    const repositories = coverage.repositories.filter(({ id }) => id.startsWith('gitlab:'));
    expect(repositories).toHaveLength(6);
    // One that nothing was pushed to for a year has nothing that could be missed.
    const missed = repositories.filter(({ status }) => status === 'partial');
    expect(missed).toHaveLength(5);
    expect(missed[0]?.reason).toContain('too many requests');
  });

  it('gives pages that together are the whole, each action once, while new ones arrive', async () => {
    const query = { ...WINDOW, author: '*', includeBots: 'true' };
    const { actions: all } = await actions({ ...query, limit: '1000' });
    const whole = all.map(({ id }) => id);
    const seen: string[] = [];
    let next: Record<string, string> = query;
    for (;;) {
      const page = await actions({ ...next, limit: '60' });
      seen.push(...page.actions.map(({ id }) => id));
      expect(page.coverage.truncated).toBe(page.nextCursor !== undefined);
      if (page.nextCursor === undefined) break;
      next = { cursor: page.nextCursor };
      // Made after the window, and made in it but pushed only now.
      const newest = page.actions[0]?.timestamp ?? '';
      for (const provider of PROVIDERS) push(provider, ['2025-06-30T13:00:00Z', newest]);
    }
    expect(seen.length).toBeGreaterThan(180);
    expect(seen).toEqual(whole);
  });

  /** Commits of the viewer in one of the repositories of an emulated provider. */
  function push(provider: Provider, times: readonly string[]): void {
    const { repositories } = emulators[provider].world;
    const { commits } = repositories[0] as WorldRepository & { commits: WorldCommit[] };
    for (const committedAt of times) {
      const [first] = commits;
      const sha = commits.length.toString(16).padStart(40, 'f');
      commits.unshift({ ...first!, sha, committedAt: committedAt.replace('.000Z', 'Z') });
    }
  }
});
