import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { SessionGrantDto } from '../src/auth/auth.dto.js';
import { AuditLog } from '../src/auth/audit.log.js';
import { GithubEmulator } from './support/github.emulator.js';
import { RepositoryFolder } from './support/repository.js';
import { TestServer } from './support/server.js';
import { SocketClient } from './support/socket.client.js';
import { seededWorld } from './support/world/seeded.world.js';

describe('the audit log', () => {
  const folder = new RepositoryFolder().add('one', [{ subject: 'feat: one' }]);
  const lines: Record<string, unknown>[] = [];
  let github: GithubEmulator;
  let server: TestServer;

  beforeAll(async () => {
    github = await GithubEmulator.start(seededWorld());
    server = await TestServer.start({
      GIT_ROOT: folder.path,
      GITHUB_API_URL: github.url,
      TRUST_PROXY: '127.0.0.1',
    });
    jest.spyOn(server.app.get(AuditLog), 'record').mockImplementation((entry) => {
      lines.push({ ...entry });
    });
  });

  afterAll(async () => {
    await server.stop();
    await github.stop();
    folder.remove();
  });

  beforeEach(() => {
    lines.length = 0;
  });

  const from = { headers: { 'x-forwarded-for': '203.0.113.7' } };
  const pat = (token: string) =>
    server.post<SessionGrantDto>('/pat', { provider: 'github', token }, from);

  it('tells who came, linked and left, from where and to what, and no secret', async () => {
    const { body } = await pat(GithubEmulator.TOKEN);
    const options = { token: body.accessToken, ...from };
    await server.post('/clone', { path: 'one' }, options);
    await server.delete('/session', options);
    const { host } = new URL(github.url);
    const who = {
      user: expect.stringContaining(`github:${host}:`),
      sessionId: body.sessionId,
      client: '203.0.113.7',
      requestId: expect.stringMatching(/^[\da-f-]{36}$/),
    };
    expect(lines).toEqual([
      { event: 'sign_in', ...who, provider: 'github', server: host },
      { event: 'link', ...who, provider: 'git', server: undefined },
      { event: 'sign_out', ...who },
    ]);
    expect(JSON.stringify(lines)).not.toContain(GithubEmulator.TOKEN);
    expect(JSON.stringify(lines)).not.toContain(body.accessToken);
  });

  it('tells who was turned away, and why', async () => {
    await pat('ghp_wrong-token');
    await server.get('/session', { token: 'abc.def.ghi', ...from });
    await server.post('/clone', { path: '../..' }, from);
    const grant = await server.clone('one', from);
    const other = SocketClient.open(server.url, 'another', grant.accessToken, from);
    await expect(other).rejects.toMatchObject({ status: 403 });
    const refusals = lines.filter(({ event }) => event === 'refusal');
    expect(refusals.map(({ code, route, client }) => [code, route, client])).toEqual([
      ['provider_unauthorized', 'POST /pat', '203.0.113.7'],
      ['unauthorized', 'GET /session', '203.0.113.7'],
      ['clone_refused', 'POST /clone', '203.0.113.7'],
      ['forbidden', 'GET /ws/:sessionId', '203.0.113.7'],
    ]);
    expect(JSON.stringify(lines)).not.toMatch(/wrong-token|abc\.def/);
  });

  it('is silent about what is merely wrong', async () => {
    await server.post('/pat', { provider: 'github' }, from);
    await server.get('/nowhere', from);
    expect(lines).toEqual([]);
  });
});
