import { Environment } from '../../../src/config/environment.js';
import type { ActionQuery } from '../../../src/providers/action.js';
import type { Connection } from '../../../src/providers/connection.js';
import { GitlabFetcher } from '../../../src/providers/gitlab/gitlab.fetcher.js';
import { OutboundHttp } from '../../../src/providers/http/outbound-http.js';
import { OutboundLimits } from '../../../src/providers/http/outbound.limits.js';
import { GitlabEmulator } from '../gitlab.emulator.js';
import { readActions } from '../read-actions.js';
import { expectedActions } from '../world/expected-actions.js';
import { MINE } from '../world/questions.js';
import { seededWorld } from '../world/seeded.world.js';
import { gitlabTelling } from './telling.js';

/** The real fetcher, in front of an emulated GitLab, with less patience than in production. */
export class EmulatedGitlab {
  private constructor(
    readonly emulator: GitlabEmulator,
    private readonly http: OutboundHttp,
    readonly fetcher: GitlabFetcher,
  ) {}

  /** @param path Where the server stands below its host: `/gitlab`. */
  static async start(world = seededWorld(), path = ''): Promise<EmulatedGitlab> {
    const emulator = await GitlabEmulator.start(world);
    const limits = Object.assign(new OutboundLimits(), { headersTimeout: 1_000, firstPause: 5 });
    const http = new OutboundHttp(limits);
    const environment = Object.assign(new Environment(), { GITLAB_URL: `${emulator.url}${path}` });
    return new EmulatedGitlab(emulator, http, new GitlabFetcher(http, environment));
  }

  async stop(): Promise<void> {
    await this.http.onApplicationShutdown();
    await this.emulator.stop();
  }

  async connect(token = GitlabEmulator.TOKEN): Promise<Connection> {
    return this.fetcher.connect({ provider: 'gitlab', token }, AbortSignal.timeout(60_000));
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
    return expectedActions(world, query, gitlabTelling(world, new URL(url).host));
  }
}
