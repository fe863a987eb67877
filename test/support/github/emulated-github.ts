import { Environment } from '../../../src/config/environment.js';
import type { ActionQuery } from '../../../src/providers/action.js';
import type { Connection } from '../../../src/providers/connection.js';
import { GithubFetcher } from '../../../src/providers/github/github.fetcher.js';
import { OutboundHttp } from '../../../src/providers/http/outbound-http.js';
import { OutboundLimits } from '../../../src/providers/http/outbound.limits.js';
import { GithubEmulator } from '../github.emulator.js';
import { readActions } from '../read-actions.js';
import { expectedActions } from '../world/expected-actions.js';
import { MINE } from '../world/questions.js';
import { seededWorld } from '../world/seeded.world.js';
import { fullNameOf, personByEmail } from '../world/world.js';

/** The real fetcher, in front of an emulated GitHub, with less patience than in production. */
export class EmulatedGithub {
  private constructor(
    readonly emulator: GithubEmulator,
    private readonly http: OutboundHttp,
    readonly fetcher: GithubFetcher,
  ) {}

  /** @param basePath Of the API: `/api/v3` for an Enterprise Server. */
  static async start(
    world = seededWorld(),
    basePath: GithubEmulator['basePath'] = '',
  ): Promise<EmulatedGithub> {
    const emulator = await GithubEmulator.start(world);
    emulator.basePath = basePath;
    const limits = Object.assign(new OutboundLimits(), { headersTimeout: 1_000, firstPause: 5 });
    const http = new OutboundHttp(limits);
    const environment = Object.assign(new Environment(), {
      GITHUB_API_URL: `${emulator.url}${basePath}`,
    });
    return new EmulatedGithub(emulator, http, new GithubFetcher(http, environment));
  }

  async stop(): Promise<void> {
    await this.http.onApplicationShutdown();
    await this.emulator.stop();
  }

  async connect(token = GithubEmulator.TOKEN): Promise<Connection> {
    return this.fetcher.connect({ provider: 'github', token }, AbortSignal.timeout(60_000));
  }

  /** The whole answer to {@link MINE}, changed as given. */
  async read(change: Partial<ActionQuery> = {}, connection?: Connection) {
    const query = { ...MINE, ...change };
    const asking = connection ?? (await this.connect());
    return { ...(await readActions(this.fetcher, asking, query)), query };
  }

  /** The ids of the actions that the world itself answers a question with. */
  expected(query: ActionQuery): string[] {
    const { world, url } = this.emulator;
    const { host } = new URL(url);
    return expectedActions(world, query, {
      repositoryId: (one) => `github:${host}/${fullNameOf(one).toLowerCase()}`,
      loginOf: (email) => personByEmail(world, email)?.login,
      creditsCoAuthors: false,
    });
  }
}
