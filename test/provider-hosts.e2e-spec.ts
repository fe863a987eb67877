import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { SessionGrantDto } from '../src/auth/auth.dto.js';
import type { Problem } from '../src/errors/problem.js';
import { GitlabEmulator } from './support/gitlab.emulator.js';
import { TestServer } from './support/server.js';
import { seededWorld } from './support/world/seeded.world.js';

const { TOKEN } = GitlabEmulator;

describe('the servers a user may name', () => {
  let gitlab: GitlabEmulator;

  beforeAll(async () => {
    gitlab = await GitlabEmulator.start(seededWorld());
  });

  afterAll(() => gitlab.stop());

  const withServer = async (hosts: string, use: (server: TestServer) => Promise<void>) => {
    const server = await TestServer.start({ PROVIDER_HOSTS: hosts });
    try {
      await use(server);
    } finally {
      await server.stop();
    }
  };

  it('are those that the operator named, also in a private network', () =>
    withServer(`git.example.org,${gitlab.url}`, async (server) => {
      const request = { provider: 'gitlab', token: TOKEN, baseUrl: `${gitlab.url}/` };
      const { status, body } = await server.post<SessionGrantDto>('/pat', request);
      expect(status).toBe(201);
      const repos = await server.get<{ total: number }>('/repos', { token: body.accessToken });
      expect(repos.body.total).toBeGreaterThan(0);
    }));

  it('are no others: neither private addresses nor names that lead to them', () =>
    withServer('*', async (server) => {
      const before = gitlab.requests.length;
      const port = new URL(gitlab.url).port;
      const refusals = {
        [gitlab.url]: 'invalid_request',
        [`https://127.0.0.1:${port}`]: 'invalid_request',
        'https://169.254.169.254': 'invalid_request',
        'https://[::1]': 'invalid_request',
        [`https://localhost:${port}`]: 'host_refused',
      };
      for (const [baseUrl, code] of Object.entries(refusals)) {
        for (const provider of ['github', 'gitlab', 'azure-devops']) {
          const request = { provider, token: TOKEN, baseUrl, organization: 'Main' };
          const { body } = await server.post<Problem>('/pat', request);
          expect({ baseUrl, provider, code: body.code }).toEqual({ baseUrl, provider, code });
        }
      }
      expect(gitlab.requests).toHaveLength(before);
    }));
});
