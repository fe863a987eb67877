import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { CloneOptionsDto, SessionGrantDto } from '../src/auth/auth.dto.js';
import type { Problem } from '../src/errors/problem.js';
import { GithubEmulator } from './support/github.emulator.js';
import { RepositoryFolder } from './support/repository.js';
import { type Answer, TestServer } from './support/server.js';
import { seededWorld } from './support/world/seeded.world.js';

const withRedis = process.env.TEST_REDIS_URL ? describe : describe.skip;

const BY_URL = { url: 'https://git.invalid/octocat/hello.git' };
const BY_PATH = { path: 'one' };

withRedis('in production POST /clone', () => {
  const folder = new RepositoryFolder().add('one', [{ subject: 'feat: one' }]);
  let github: GithubEmulator;
  const servers: TestServer[] = [];
  /** Production as it is shipped, and where the operator lets some repositories be read. */
  let shipped: TestServer;
  let open: TestServer;

  beforeAll(async () => {
    github = await GithubEmulator.start(seededWorld());
    const production = { NODE_ENV: 'production', GITHUB_API_URL: github.url };
    shipped = await start({ ...production, GIT_HOSTS: '' });
    open = await start({ ...production, GIT_HOSTS: 'git.example.org', GIT_ROOT: folder.path });
  });

  afterAll(async () => {
    await Promise.all(servers.map((server) => server.stop()));
    await github.stop();
    folder.remove();
  });

  async function start(variables: Record<string, string>): Promise<TestServer> {
    const server = await TestServer.start(variables);
    servers.push(server);
    return server;
  }
  const clone = (server: TestServer, body: object, token?: string) =>
    server.post<SessionGrantDto & Problem>('/clone', body, { token });
  const signIn = async (server: TestServer): Promise<SessionGrantDto> => {
    const request = { provider: 'github', token: GithubEmulator.TOKEN };
    const { status, body } = await server.post<SessionGrantDto>('/pat', request);
    expect(status).toBe(201);
    return body;
  };
  const expectRefused = ({ status, body }: Answer<Problem>, expected: [number, string]): void => {
    expect([status, body.code]).toEqual(expected);
  };

  it('is for nobody without a session, nor for guests', async () => {
    const development = await start({ GIT_ROOT: folder.path });
    const guest = await development.clone('one');
    for (const token of [undefined, guest.accessToken]) {
      for (const body of [BY_PATH, BY_URL, {}]) {
        expectRefused(await clone(open, body, token), [401, 'unauthorized']);
      }
      expectRefused(await open.get<Problem>('/clone', { token }), [401, 'unauthorized']);
    }
    // The guest’s session is good for all else.
    expect((await open.get('/session', { token: guest.accessToken })).status).toBe(200);
  });

  it('adds to a session that a provider vouched for what the operator lets be read', async () => {
    const { accessToken: token, sessionId } = await signIn(open);
    const { status, body } = await clone(open, BY_PATH, token);
    expect([status, body.sessionId, body.accessToken]).toEqual([201, sessionId, token]);
    expect(body.connections.map(({ provider }) => provider)).toEqual(['github', 'git']);
    const options = await open.get<CloneOptionsDto>('/clone', { token });
    expect(options.body).toMatchObject({ urls: true, paths: true });
    expectRefused(await clone(open, BY_URL, token), [422, 'clone_refused']);
  });

  it('is switched off without GIT_HOSTS and GIT_ROOT', async () => {
    const { accessToken: token } = await signIn(shipped);
    for (const body of [BY_URL, BY_PATH, { path: '.' }]) {
      expectRefused(await clone(shipped, body, token), [403, 'clone_disabled']);
    }
    const { body } = await shipped.get<CloneOptionsDto>('/clone', { token });
    expect(body).toEqual({ urls: false, paths: false, repositories: [] });
  });
});
