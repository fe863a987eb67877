import { Environment } from '../../../src/config/environment.js';
import type { ActionQuery } from '../../../src/providers/action.js';
import { AzureDevopsFetcher } from '../../../src/providers/azure-devops/azure-devops.fetcher.js';
import type { Connection } from '../../../src/providers/connection.js';
import { OutboundHttp } from '../../../src/providers/http/outbound-http.js';
import { OutboundLimits } from '../../../src/providers/http/outbound.limits.js';
import { AzureDevopsEmulator } from '../azure-devops.emulator.js';
import { readActions } from '../read-actions.js';
import { expectedActions, type Telling } from '../world/expected-actions.js';
import { MINE } from '../world/questions.js';
import { seededWorld } from '../world/seeded.world.js';
import { fullNameOf, personByEmail, type World } from '../world/world.js';
import { accountOf, numberIn, ORGANIZATION } from './azure-world.js';

/** The real fetcher, in front of an emulated Azure DevOps, with less patience than in production. */
export class EmulatedAzureDevops {
  private constructor(
    private readonly world: World,
    readonly emulator: AzureDevopsEmulator,
    private readonly http: OutboundHttp,
    readonly fetcher: AzureDevopsFetcher,
  ) {}

  /** @param headersTimeout In milliseconds; who asks for much at once on a busy machine needs more. */
  static async start(world = seededWorld(), headersTimeout = 1_000): Promise<EmulatedAzureDevops> {
    const emulator = await AzureDevopsEmulator.start(world);
    const limits = Object.assign(new OutboundLimits(), { headersTimeout, firstPause: 5 });
    const http = new OutboundHttp(limits);
    const environment = Object.assign(new Environment(), { AZURE_DEVOPS_URL: emulator.url });
    const fetcher = new AzureDevopsFetcher(http, environment);
    return new EmulatedAzureDevops(world, emulator, http, fetcher);
  }

  async stop(): Promise<void> {
    await this.http.onApplicationShutdown();
    await this.emulator.stop();
  }

  async connect(token = AzureDevopsEmulator.TOKEN): Promise<Connection> {
    const request = { provider: 'azure-devops', token, organization: ORGANIZATION } as const;
    return this.fetcher.connect(request, AbortSignal.timeout(60_000));
  }

  /** The whole answer to {@link MINE}, changed as given. */
  async read(change: Partial<ActionQuery> = {}, connection?: Connection) {
    const query = { ...MINE, ...change };
    const asking = connection ?? (await this.connect());
    return { ...(await readActions(this.fetcher, asking, query)), query };
  }

  /** The ids of the actions that the world itself answers a question with. */
  expected(query: ActionQuery): string[] {
    const telling = this.tellingOf(query);
    const tell = (types: ActionQuery['types'], places = query.repositories): string[] =>
      expectedActions(
        this.emulator.world,
        { ...query, types, ...(places && { repositories: places }) },
        telling,
      );
    const issues = query.types.filter((type) => type === 'issue');
    const others = query.types.filter((type) => type !== 'issue');
    return [
      ...tell(others),
      ...tell(issues, this.wholeProjects(query)).map((id) => id.replace(/\/[^/#]+#/, '#')),
    ].sort();
  }

  /** Work items are those of a project, whichever of its repositories was chosen. */
  private wholeProjects({ repositories }: ActionQuery): ActionQuery['repositories'] {
    if (!repositories) return undefined;
    const [some] = repositories;
    const projects = new Set(repositories.map(({ fullName }) => fullName.split('/')[0]));
    return this.world.repositories
      .filter(({ owner }) => projects.has(owner))
      .flatMap((one) => (some ? [{ ...some, id: this.repositoryId(fullNameOf(one)) }] : []));
  }

  private repositoryId(fullName: string): string {
    const { host } = new URL(this.emulator.url);
    return `azure-devops:${host}/${ORGANIZATION}/${fullName}`.toLowerCase();
  }

  private tellingOf({ authors }: ActionQuery): Telling {
    const own = this.emulator.world.viewer;
    const asked = authors.everyone
      ? []
      : [...(authors.viewer ? [own] : []), ...authors.names.map((name) => name.toLowerCase())];
    return {
      repositoryId: (one) => this.repositoryId(fullNameOf(one)),
      reviewKey: ({ id }) => {
        const [repository = 0, number = 0] = id.split('_').slice(1).map(Number);
        const key = String(numberIn(repository, number));
        return `${key}-${key}`;
      },
      loginOf: (email) => {
        const person = personByEmail(this.world, email);
        if (!person || (!person.bot && person.emails[0] !== email)) return undefined;
        return accountOf(person);
      },
      // One author's commits are asked for by the author.
      creditsCoAuthors: new Set(asked).size !== 1,
    };
  }
}
