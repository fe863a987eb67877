import type { IncomingMessage, ServerResponse } from 'node:http';
import { GithubEmulator } from './github.emulator.js';
import { ScriptedServer } from './scripted.server.js';
import { seededWorld } from './world/seeded.world.js';
import type { WorldRepository } from './world/world.js';

/** A token's holder at {@link TwoAccounts}. */
interface Account {
  readonly token: string;
  readonly emulator: GithubEmulator;
  /** What the account can read; may be changed. */
  readonly repositories: WorldRepository[];
}

/** One emulated GitHub with two accounts that have nothing in common. */
export class TwoAccounts {
  private constructor(
    private readonly front: ScriptedServer,
    readonly hers: Account,
    readonly his: Account,
  ) {}

  static async start(): Promise<TwoAccounts> {
    const hers = await startAccount('octocat', 'Hers');
    const his = await startAccount('Hubot', 'His');
    const front = await ScriptedServer.start((response, request) => {
      const { authorization } = request.headers;
      const account = [hers, his].find(({ token }) => authorization === `token ${token}`);
      if (account) void forward(account.emulator, request, response);
      else response.writeHead(401, { 'content-type': 'application/json' }).end('{}');
    });
    return new TwoAccounts(front, hers, his);
  }

  get url(): string {
    return this.front.url;
  }

  async stop(): Promise<void> {
    await this.front.stop();
    await Promise.all([this.hers.emulator.stop(), this.his.emulator.stop()]);
  }
}

async function startAccount(viewer: string, name: string): Promise<Account> {
  const world = seededWorld({ repositories: 4 });
  const repositories = world.repositories.map((repository, index) => ({
    ...repository,
    owner: viewer,
    name: `${name}-${String(index)}`,
  }));
  const emulator = await GithubEmulator.start({ ...world, viewer, repositories });
  return { token: `ghp_${name.toLowerCase()}_0123456789`, emulator, repositories };
}

async function forward(
  { url }: GithubEmulator,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const pieces = (await request.toArray()) as Buffer[];
  const answer = await fetch(new URL(request.url ?? '/', url), {
    method: request.method,
    headers: { authorization: `token ${GithubEmulator.TOKEN}` },
    body: request.method === 'POST' ? Buffer.concat(pieces).toString() : undefined,
  });
  const type = { 'content-type': 'application/json; charset=utf-8' };
  response.writeHead(answer.status, type).end(await answer.text());
}
