import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { SessionGrantDto } from '../src/auth/auth.dto.js';
import type { ActionsDto } from '../src/recap/actions.dto.js';
import type { ReposDto } from '../src/recap/repos.dto.js';
import { GithubEmulator } from './support/github.emulator.js';
import { GitlabEmulator } from './support/gitlab.emulator.js';
import { TestServer } from './support/server.js';
import { seededWorld } from './support/world/seeded.world.js';

const WINDOW = 'since=2025-06-10T12:00:00Z&until=2025-06-30T12:00:00Z&limit=1000';

describe('a session with a GitLab connection', () => {
  let github: GithubEmulator;
  let gitlab: GitlabEmulator;
  let server: TestServer;
  let grant: SessionGrantDto;

  beforeAll(async () => {
    const world = seededWorld();
    [github, gitlab] = await Promise.all([
      GithubEmulator.start(world),
      GitlabEmulator.start(world),
    ]);
    server = await TestServer.start({ GITHUB_API_URL: github.url, GITLAB_URL: gitlab.url });
    const wish = { provider: 'gitlab', token: GitlabEmulator.TOKEN };
    ({ body: grant } = await server.post<SessionGrantDto>('/pat', wish));
  });
  afterAll(async () => {
    await server.stop();
    await Promise.all([github.stop(), gitlab.stop()]);
    expect(gitlab.unexpected()).toEqual([]);
  });

  const actions = () => server.get<ActionsDto>(`/actions?${WINDOW}`, { token: grant.accessToken });

  it('is of somebody the provider vouches for', () => {
    expect(grant.user).toMatchObject({ name: 'Mona Lisa', verified: true });
    expect(grant.connections).toMatchObject([{ provider: 'gitlab', scopes: ['read_api'] }]);
    expect(JSON.stringify(grant)).not.toContain(GitlabEmulator.TOKEN);
  });

  it('tells the projects and what the viewer did in them', async () => {
    const repos = await server.get<ReposDto>('/repos', { token: grant.accessToken });
    expect(repos.body.total).toBe(6);
    const { body } = await actions();
    expect(new Set(body.actions.map(({ type }) => type))).toEqual(
      new Set(['commit', 'pull_request', 'issue', 'review', 'release']),
    );
    expect(body.coverage.connections).toMatchObject([{ provider: 'gitlab', status: 'complete' }]);
  });

  it('is read side by side with GitHub, and one of them failing is coverage', async () => {
    const wish = { provider: 'github', token: GithubEmulator.TOKEN };
    const added = await server.post<SessionGrantDto>('/pat', wish, { token: grant.accessToken });
    expect(added.body.connections.map(({ provider }) => provider)).toEqual(['gitlab', 'github']);
    const both = (await actions()).body.actions.map(({ provider }) => provider);
    expect(new Set(both)).toEqual(new Set(['github', 'gitlab']));

    gitlab.fail({ status: 401 });
    const { status, body } = await actions();
    gitlab.heal();
    expect(status).toBe(200);
    expect(new Set(body.actions.map(({ provider }) => provider))).toEqual(new Set(['github']));
    const states = body.coverage.connections.map(({ provider, status: state }) => [
      provider,
      state,
    ]);
    expect(Object.fromEntries(states)).toEqual({ github: 'complete', gitlab: 'failed' });
  });

  it('does not go to a server nobody allowed', async () => {
    const baseUrl = 'https://gitlab.example.org';
    const wish = { provider: 'gitlab', token: GitlabEmulator.TOKEN, baseUrl };
    const { status, body } = await server.post('/pat', wish);
    expect(status).toBe(400);
    expect(body).toMatchObject({ code: 'invalid_request', errors: [{ field: 'baseUrl' }] });
  });
});
