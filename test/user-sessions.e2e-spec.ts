import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { DateTime } from 'luxon';
import { randomBytes } from 'node:crypto';
import type { SessionDto, SessionGrantDto } from '../src/auth/auth.dto.js';
import type { Problem } from '../src/errors/problem.js';
import { eventually } from './support/eventually.js';
import { GithubEmulator } from './support/github.emulator.js';
import { startLlmEmulator } from './support/llm.emulator.js';
import { RepositoryFolder } from './support/repository.js';
import { TestServer } from './support/server.js';
import { seededWorld } from './support/world/seeded.world.js';

const secret = (): string => randomBytes(32).toString('hex');

describe('the sessions of a user', () => {
  let github: GithubEmulator;
  let server: TestServer;

  beforeAll(async () => {
    github = await GithubEmulator.start(seededWorld());
  });

  afterEach(() => server.stop());

  afterAll(() => github.stop());

  const start = async (variables: Record<string, string>) => {
    server = await TestServer.start({
      GITHUB_API_URL: github.url,
      // The users of other runs on the same Redis are others by it.
      JWT_SECRET_KEY: secret(),
      ...variables,
    });
  };
  const signIn = async (): Promise<SessionGrantDto> => {
    const request = { provider: 'github', token: GithubEmulator.TOKEN };
    const { status, body } = await server.post<SessionGrantDto>('/pat', request);
    expect(status).toBe(201);
    return body;
  };
  const statusOf = async ({ accessToken }: SessionGrantDto): Promise<number> =>
    (await server.get<Problem>('/session', { token: accessToken })).status;

  it('are as many as SESSIONS_PER_USER: one more ends the oldest, and its sockets', async () => {
    await start({ SESSIONS_PER_USER: '2' });
    const [first, second] = [await signIn(), await signIn()];
    const socket = await server.connect(first);
    const third = await signIn();
    expect((await socket.closed).code).toBe(4401);
    expect(await Promise.all([first, second, third].map(statusOf))).toEqual([401, 200, 200]);
  });

  it('do not count when they are over', async () => {
    await start({ SESSIONS_PER_USER: '2' });
    const [first, second] = [await signIn(), await signIn()];
    await server.delete('/session', { token: second.accessToken });
    const third = await signIn();
    expect(await Promise.all([first, second, third].map(statusOf))).toEqual([200, 401, 200]);
  });

  it('stay as many when many begin at once', async () => {
    await start({ SESSIONS_PER_USER: '3' });
    const grants = await Promise.all(Array.from({ length: 8 }, signIn));
    const statuses = await Promise.all(grants.map(statusOf));
    expect(statuses.filter((status) => status === 200)).toHaveLength(3);
  });

  it('share the tokens of the day, and are told when these renew', async () => {
    const steps = [{ text: '- Done.\n', cites: [0] }];
    const llm = await startLlmEmulator([{ steps, inputTokens: 999_000, outputTokens: 1_000 }]);
    await start({
      ANTHROPIC_API_KEY: 'sk-test',
      ANTHROPIC_BASE_URL: llm.url,
      REPLY_TOKENS_PER_DAY: '1000000',
    });
    const [first, second] = [await signIn(), await signIn()];
    const recap = { since: '2000-01-01T00:00:00Z', author: ['*'] };
    const socket = await server.connect(first);
    socket.send('recap', recap);
    const { replyId } = (await socket.waitForEvent('accepted')).data;
    expect(await socket.waitForEnd(replyId)).toMatchObject({ event: 'done' });

    const renewsAt = DateTime.utc().startOf('day').plus({ days: 1 });
    await eventually(async () => {
      const { body } = await server.get<SessionDto>('/session', { token: second.accessToken });
      expect(body.quota).toMatchObject({ limit: 1_000_000, used: 1_000_000 });
      expect(Date.parse(String(body.quota?.renewsAt))).toBe(renewsAt.toMillis());
    });
    const other = await server.connect(second);
    other.send('recap', recap);
    const { problem } = (await other.waitForEvent('error')).data;
    expect(problem).toMatchObject({ code: 'quota_exceeded', status: 429 });
    const wait = renewsAt.diffNow().as('seconds');
    expect(Math.abs((problem?.retryAfter ?? 0) - wait)).toBeLessThan(60);
    expect(llm.requests).toHaveLength(1);
    await llm.close();
  });
});

describe('the secrets of JWT_SECRET_KEY', () => {
  const folder = new RepositoryFolder().add('one', [{ subject: 'feat: one' }]);
  const servers: TestServer[] = [];

  afterAll(async () => {
    await Promise.all(servers.map((server) => server.stop()));
    folder.remove();
  });

  const withSecrets = async (...secrets: string[]): Promise<TestServer> => {
    const variables = { GIT_ROOT: folder.path, JWT_SECRET_KEY: secrets.join(',') };
    const server = await TestServer.start(variables);
    servers.push(server);
    return server;
  };

  /** In memory each server has sessions of its own, so there only the token's verdict can be seen. */
  const verdict = async (server: TestServer, token: string): Promise<string> => {
    const { status, body } = await server.get<Problem>('/session', { token });
    return status === 200 ? 'good' : body.code;
  };
  const good = process.env.TEST_REDIS_URL ? 'good' : 'session_over';

  it('can be changed: the first signs, the others still verify and open, one taken out does not', async () => {
    const [old, fresh] = [secret(), secret()];
    const before = await withSecrets(old);
    const during = await withSecrets(fresh, old);
    const after = await withSecrets(fresh);
    const { accessToken: signedBefore } = await before.clone('one');
    expect(await verdict(before, signedBefore)).toBe('good');
    expect(await verdict(during, signedBefore)).toBe(good);
    expect(await verdict(after, signedBefore)).toBe('unauthorized');
    const { accessToken: signedDuring } = await during.clone('one');
    expect(await verdict(during, signedDuring)).toBe('good');
    expect(await verdict(after, signedDuring)).toBe(good);
    expect(await verdict(before, signedDuring)).toBe('unauthorized');
  });
});
