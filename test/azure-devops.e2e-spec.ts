import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { SessionGrantDto } from '../src/auth/auth.dto.js';
import type { ReplyDto } from '../src/chat/replies/replies.dto.js';
import type { ActionsDto } from '../src/recap/actions.dto.js';
import type { ReposDto } from '../src/recap/repos.dto.js';
import { AzureDevopsEmulator } from './support/azure-devops.emulator.js';
import { ORGANIZATION } from './support/azure-devops/azure-world.js';
import { TestServer } from './support/server.js';
import { seededWorld } from './support/world/seeded.world.js';

const WINDOW = { since: '2025-06-10T12:00:00Z', until: '2025-06-30T12:00:00Z' };
const WISH = {
  provider: 'azure-devops',
  token: AzureDevopsEmulator.TOKEN,
  organization: ORGANIZATION,
};

describe('a session with an Azure DevOps connection', () => {
  let azure: AzureDevopsEmulator;
  let server: TestServer;
  let grant: SessionGrantDto;
  let token: string;

  beforeAll(async () => {
    azure = await AzureDevopsEmulator.start(seededWorld());
    server = await TestServer.start({ AZURE_DEVOPS_URL: azure.url });
    ({ body: grant } = await server.post<SessionGrantDto>('/pat', WISH));
    token = grant.accessToken;
  });
  afterAll(async () => {
    await server.stop();
    await azure.stop();
    expect(azure.unexpected()).toEqual([]);
  });

  it('is of somebody the provider vouches for', () => {
    expect(grant.user).toMatchObject({ name: 'Mona Lisa', verified: true });
    expect(grant.connections).toMatchObject([{ provider: 'azure-devops' }]);
    expect(JSON.stringify(grant)).not.toContain(AzureDevopsEmulator.TOKEN);
  });

  it('tells the repositories and what the viewer did in them', async () => {
    const repos = await server.get<ReposDto>('/repos', { token });
    expect(repos.body.total).toBe(6);
    const asked = new URLSearchParams({ ...WINDOW, limit: '1000' });
    const { body } = await server.get<ActionsDto>(`/actions?${asked.toString()}`, { token });
    expect(new Set(body.actions.map(({ type }) => type))).toEqual(
      new Set(['commit', 'pull_request', 'issue', 'review']),
    );
    expect(body.coverage.connections).toMatchObject([
      { provider: 'azure-devops', status: 'complete' },
    ]);
    expect(body.coverage.repositories).toHaveLength(6);
  });

  it('has a recap that cites what the viewer did', async () => {
    const { status, body } = await server.post<ReplyDto>('/recaps', WINDOW, { token });
    expect(status).toBe(200);
    expect(body).toMatchObject({ status: 'done', uncited: [] });
    expect(body.citations.length).toBeGreaterThan(0);
    for (const { action } of body.citations) expect(action.id).toMatch(/^azure-devops:/);
  });

  it.each([
    ['organization', { ...WISH, organization: 'nobody' }],
    ['organization', { ...WISH, organization: undefined }],
    ['baseUrl', { ...WISH, organization: undefined, baseUrl: 'https://dev.azure.com/fabrikam' }],
  ])('is not opened with a wrong %s', async (field, wish) => {
    const { status, body } = await server.post('/pat', wish);
    expect(status).toBe(400);
    expect(body).toMatchObject({ code: 'invalid_request', errors: [{ field }] });
  });

  it('is not opened with a token of nobody', async () => {
    const { status, body } = await server.post('/pat', {
      ...WISH,
      token: 'a-token-of-nobody-at-all',
    });
    expect(status).toBe(401);
    expect(body).toMatchObject({ code: 'provider_unauthorized' });
  });
});
