import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { SessionGrantDto } from '../src/auth/auth.dto.js';
import type { Problem } from '../src/errors/problem.js';
import { AzureDevopsEmulator } from './support/azure-devops.emulator.js';
import { GithubEmulator } from './support/github.emulator.js';
import { GitlabEmulator } from './support/gitlab.emulator.js';
import { RepositoryFolder } from './support/repository.js';
import { type Answer, TestServer } from './support/server.js';
import { seededWorld } from './support/world/seeded.world.js';

const ALLOWED = 'github:octo-org,gitlab:group/subgroup,azure-devops:fabrikam';

describe('SIGN_IN_ALLOW', () => {
  const folder = new RepositoryFolder().add('one', [{ subject: 'feat: one' }]);
  let github: GithubEmulator;
  let gitlab: GitlabEmulator;
  let azure: AzureDevopsEmulator;
  let foreign: GitlabEmulator;
  let foreignAzure: AzureDevopsEmulator;
  let server: TestServer;

  beforeAll(async () => {
    [github, gitlab, azure, foreign, foreignAzure] = await Promise.all([
      GithubEmulator.start(seededWorld()),
      GitlabEmulator.start(seededWorld()),
      AzureDevopsEmulator.start(seededWorld()),
      GitlabEmulator.start(seededWorld()),
      AzureDevopsEmulator.start(seededWorld()),
    ]);
    server = await TestServer.start({
      GITHUB_API_URL: github.url,
      GITLAB_URL: gitlab.url,
      AZURE_DEVOPS_URL: azure.url,
      PROVIDER_HOSTS: `${foreign.url},${foreignAzure.url}`,
      SIGN_IN_ALLOW: ALLOWED,
      GIT_ROOT: folder.path,
    });
  });

  afterAll(async () => {
    await server.stop();
    const emulators = [github, gitlab, azure, foreign, foreignAzure];
    await Promise.all(emulators.map((emulator) => emulator.stop()));
    folder.remove();
  });

  beforeEach(() => {
    github.organizations = {};
    gitlab.groups = {};
    azure.organization = 'fabrikam';
    azure.isPublic = false;
    github.heal();
  });

  const tokens = { github: GithubEmulator.TOKEN, gitlab: GitlabEmulator.TOKEN };
  const signIn = (provider: 'github' | 'gitlab', token?: string) =>
    server.post<SessionGrantDto & Problem>(
      '/pat',
      { provider, token: tokens[provider] },
      { token },
    );
  const signInTo = (organization: string, own: { token?: string; baseUrl?: string } = {}) =>
    server.post<SessionGrantDto & Problem>('/pat', {
      provider: 'azure-devops',
      token: AzureDevopsEmulator.TOKEN,
      organization,
      ...own,
    });
  const expectRefused = ({ status, body }: Answer<Problem>) => {
    expect(body.code).toBe('sign_in_refused');
    expect(status).toBe(403);
  };

  it('admits members of the organisations and groups it names', async () => {
    github.organizations = { 'octo-org': 'active' };
    expect((await signIn('github')).status).toBe(201);
    gitlab.groups = { 'group/subgroup': 'active' };
    expect((await signIn('gitlab')).status).toBe(201);
    expect((await signInTo('fabrikam')).status).toBe(201);
    const emulators = [github, gitlab, azure];
    expect(emulators.flatMap((emulator) => emulator.unexpected())).toEqual([]);
  });

  it('refuses members of others, and those who were only invited', async () => {
    github.organizations = { 'other-org': 'active', 'octo-org': 'pending' };
    expectRefused(await signIn('github'));
    gitlab.groups = { group: 'active', 'group/subgroup': 'awaiting' };
    expectRefused(await signIn('gitlab'));
    for (const other of ['contoso', 'fabrikam-labs']) {
      azure.organization = other;
      expectRefused(await signInTo(other));
    }
  });

  it('does not take a stranger for a member whom a public organisation of Azure DevOps answers', async () => {
    azure.isPublic = true;
    const { status, body } = await signInTo('fabrikam', { token: 'of-another-organisation' });
    expect([status, body.code]).toEqual([401, 'provider_unauthorized']);
  });

  it('refuses those whose token may not tell', async () => {
    github.organizations = { 'octo-org': 'active' };
    github.fail({ status: 403 }, ({ url }) => url.pathname.startsWith('/user/memberships'));
    expectRefused(await signIn('github'));
  });

  it('does not let a provider that fails pass for one that agrees', async () => {
    github.fail({ status: 422 }, ({ url }) => url.pathname.startsWith('/user/memberships'));
    expect((await signIn('github')).status).not.toBe(201);
  });

  it('does not believe a group of the same name on a server that a user named', async () => {
    foreign.groups = { 'group/subgroup': 'active' };
    const request = { provider: 'gitlab', token: GitlabEmulator.TOKEN, baseUrl: foreign.url };
    expectRefused(await server.post<Problem>('/pat', request));
    expectRefused(await signInTo('fabrikam', { baseUrl: foreignAzure.url }));
  });

  it('lets who is admitted link what they like, and asks of guests', async () => {
    github.organizations = { 'octo-org': 'active' };
    const { body } = await signIn('github');
    expect((await signIn('gitlab', body.accessToken)).status).toBe(201);
    const guest = await server.clone('one');
    expectRefused(await signIn('gitlab', guest.accessToken));
  });
});
