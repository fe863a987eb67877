import { Environment } from '../../../src/config/environment.js';
import { ACTION_TYPES, type Action, type ActionQuery } from '../../../src/providers/action.js';
import type { Connection } from '../../../src/providers/connection.js';
import type { RepositoryCoverage } from '../../../src/providers/coverage.js';
import { GithubFetcher } from '../../../src/providers/github/github.fetcher.js';
import { OutboundHttp } from '../../../src/providers/http/outbound-http.js';
import { OutboundLimits } from '../../../src/providers/http/outbound.limits.js';
import { GithubEmulator } from '../github.emulator.js';
import { expectedActions } from '../world/expected-actions.js';
import { fullNameOf, personByEmail } from '../world/world.js';
import { seededWorld, WORLD_DAYS, WORLD_NOW } from '../world/seeded.world.js';

const DAY = 86_400_000;

export const EVERYONE = { everyone: true } as const;
/** What the viewer did in the last ten days of a seeded world. */
export const MINE: ActionQuery = {
  since: new Date(WORLD_NOW - 10 * DAY),
  until: new Date(WORLD_NOW),
  authors: { everyone: false, viewer: true, names: [] },
  types: ACTION_TYPES,
  includeBots: false,
};
/** All that happened in a seeded world. */
export const WHOLE = { since: new Date(WORLD_NOW - WORLD_DAYS * DAY), authors: EVERYONE };

/** The real fetcher, in front of an emulated GitHub, with less patience than in production. */
export class EmulatedGithub {
  private constructor(
    readonly emulator: GithubEmulator,
    private readonly http: OutboundHttp,
    readonly fetcher: GithubFetcher,
  ) {}

  static async start(world = seededWorld()): Promise<EmulatedGithub> {
    const emulator = await GithubEmulator.start(world);
    const limits = Object.assign(new OutboundLimits(), { headersTimeout: 1_000, firstPause: 5 });
    const http = new OutboundHttp(limits);
    const environment = Object.assign(new Environment(), { GITHUB_API_URL: emulator.url });
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
    const signal = AbortSignal.timeout(60_000);
    const actions: Action[] = [];
    const coverage: RepositoryCoverage[] = [];
    for await (const batch of this.fetcher.getActions(asking, query, signal)) {
      actions.push(...batch.actions);
      coverage.push(...batch.coverage);
    }
    return { actions, ids: actions.map(({ id }) => id).sort(), coverage, query };
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
