import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type ChildProcess, fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { SessionGrantDto } from '../src/auth/auth.dto.js';
import { AzureDevopsEmulator } from './support/azure-devops.emulator.js';
import { ORGANIZATION } from './support/azure-devops/azure-world.js';
import type { Leftover } from './support/closing.server.js';
import { eventually } from './support/eventually.js';
import { GithubEmulator } from './support/github.emulator.js';
import { GitlabEmulator } from './support/gitlab.emulator.js';
import { type LlmEmulator, startLlmEmulator } from './support/llm.emulator.js';
import type { ProviderEmulator } from './support/provider.emulator.js';
import { RedisServer } from './support/redis.server.js';
import { RepositoryFolder } from './support/repository.js';
import { SocketClient } from './support/socket.client.js';
import { seededWorld } from './support/world/seeded.world.js';

const WINDOW = { since: '2025-06-10', until: '2025-06-30' };
const WISHES = [
  { provider: 'github', token: GithubEmulator.TOKEN },
  { provider: 'gitlab', token: GitlabEmulator.TOKEN },
  { provider: 'azure-devops', token: AzureDevopsEmulator.TOKEN, organization: ORGANIZATION },
];

describe('of a server that is closed nothing is left: no timer, socket, process or import', () => {
  const folder = new RepositoryFolder().add('one', [{ subject: 'feat: one' }]);
  let providers: ProviderEmulator[];
  let llm: LlmEmulator;
  let isStalling: boolean;

  beforeAll(async () => {
    const world = seededWorld({ repositories: 3, active: 2, commits: 3 });
    providers = await Promise.all([
      GithubEmulator.start(world),
      GitlabEmulator.start(world),
      AzureDevopsEmulator.start(world),
    ]);
    llm = await startLlmEmulator(() => ({
      steps: [{ text: '- It was done.\n', cites: [0] }],
      ...(isStalling && { end: 'stall' }),
    }));
  });

  beforeEach(() => {
    isStalling = false;
    for (const provider of providers) provider.heal();
  });

  afterAll(async () => {
    await Promise.all([...providers.map((provider) => provider.stop()), llm.close()]);
    folder.remove();
  });

  /** Has a server used, closes it, and tells what is left. */
  async function leftovers(
    use: (server: ServerProcess) => Promise<void>,
    variables: NodeJS.ProcessEnv = {},
  ): Promise<Leftover[]> {
    const [github, gitlab, azure] = providers.map(({ url }) => url);
    const server = await ServerProcess.start({
      GIT_ROOT: folder.path,
      GITHUB_API_URL: github,
      GITLAB_URL: gitlab,
      AZURE_DEVOPS_URL: azure,
      ANTHROPIC_API_KEY: 'sk-test',
      ANTHROPIC_BASE_URL: llm.url,
      ...variables,
    });
    try {
      await use(server);
      return await server.close();
    } finally {
      server.kill();
    }
  }

  const signIn = async (server: ServerProcess): Promise<SessionGrantDto> => {
    const answer = await server.ask('POST', '/clone', undefined, { path: 'one' });
    const grant = (await answer.json()) as SessionGrantDto;
    for (const wish of WISHES) {
      const added = await server.ask('POST', '/pat', grant.accessToken, wish);
      expect(await added.text()).toContain('accessToken');
      expect(added.status).toBe(201);
    }
    return grant;
  };

  it('when nobody has asked it for anything', async () => {
    expect(await leftovers(async () => undefined)).toEqual([]);
  }, 180_000);

  it('when all of it has been used', async () => {
    const left = await leftovers(async (server) => {
      const { sessionId, accessToken } = await signIn(server);
      for (const path of ['/session', '/repos', '/docs/json', '/metrics', '/nowhere', '/%zz']) {
        await (await server.ask('GET', path, accessToken)).text();
      }
      const query = new URLSearchParams({ ...WINDOW, author: '*' }).toString();
      const actions = await server.ask('GET', `/actions?${query}`, accessToken);
      expect(actions.status).toBe(200);
      await actions.text();
      const socket = await SocketClient.open(server.url, sessionId, accessToken);
      socket.send('recap', { ...WINDOW, author: ['*'], bullets: 1 });
      await socket.waitForEvent('done');
      await expect(SocketClient.open(server.url, sessionId)).rejects.toThrow('401');
      const events = await server.ask('POST', '/recaps', accessToken, WINDOW, 'text/event-stream');
      expect(await events.text()).toContain('event: done');
    });
    expect(left).toEqual([]);
  }, 180_000);

  it('when it is closed while all of it is being used', async () => {
    const left = await leftovers(async (server) => {
      const { sessionId, accessToken } = await signIn(server);
      isStalling = true;
      const socket = await SocketClient.open(server.url, sessionId, accessToken);
      socket.send('recap', { ...WINDOW, author: ['*'], bullets: 2 });
      await socket.waitForEvent('token');
      const events = await server.ask('POST', '/recaps', accessToken, WINDOW, 'text/event-stream');
      expect(events.status).toBeLessThan(300);
      const [github] = providers;
      github!.fail('hang');
      const before = github!.requests.length;
      for (const path of ['/repos?refresh=true', '/actions', '/actions?author=*']) {
        void server.ask('GET', path, accessToken).catch(() => undefined);
      }
      await eventually(() => expect(github!.requests.length).toBeGreaterThan(before));
    });
    expect(left).toEqual([]);
  }, 180_000);

  const itWithRedis = process.env.TEST_REDIS_URL ? it : it.skip;

  itWithRedis(
    'when Redis has gone and a reply is waiting for it',
    async () => {
      const redis = await RedisServer.start();
      try {
        const left = await leftovers(
          async (server) => {
            const { sessionId, accessToken } = await signIn(server);
            isStalling = true;
            const socket = await SocketClient.open(server.url, sessionId, accessToken);
            socket.send('recap', { ...WINDOW, author: ['*'], bullets: 2 });
            await socket.waitForEvent('token');
            await redis.crash();
          },
          { REDIS_URL: redis.url },
        );
        expect(left).toEqual([]);
      } finally {
        await redis.stop();
      }
    },
    180_000,
  );
});

/** A real server in a process of its own that counts what it holds. */
class ServerProcess {
  private constructor(
    private readonly child: ChildProcess,
    readonly url: string,
  ) {}

  static async start(variables: NodeJS.ProcessEnv): Promise<ServerProcess> {
    const child = fork('test/support/closing.server.ts', {
      execArgv: ['--import', './test/support/typescript.mjs'],
      env: {
        PATH: process.env.PATH,
        NODE_ENV: 'test',
        LOG_LEVEL: 'silent',
        RATE_LIMIT_PER_MINUTE: '1000000',
        JWT_SECRET_KEY: randomBytes(32).toString('hex'),
        REDIS_URL: process.env.TEST_REDIS_URL,
        ...variables,
      },
    });
    const [port] = (await once(child, 'message')) as [number];
    return new ServerProcess(child, `http://127.0.0.1:${port}`);
  }

  ask(
    method: string,
    path: string,
    token?: string,
    body?: object,
    accept = '*/*',
  ): Promise<Response> {
    return fetch(this.url + path, {
      method,
      headers: {
        accept,
        ...(token && { authorization: `Bearer ${token}` }),
        ...(body && { 'content-type': 'application/json' }),
      },
      body: body && JSON.stringify(body),
    });
  }

  /** Closes it. The process then ends by itself, as nothing is left that holds it up. */
  async close(): Promise<Leftover[]> {
    this.child.send('close');
    const [left] = (await once(this.child, 'message')) as [Leftover[]];
    if (left.length === 0) expect(await once(this.child, 'exit')).toEqual([0, null]);
    return left;
  }

  kill(): void {
    this.child.kill('SIGKILL');
  }
}
