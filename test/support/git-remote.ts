import { mkdirSync } from 'node:fs';
import type { Environment } from '../../src/config/environment.js';
import type { ActionQuery } from '../../src/providers/action.js';
import type { ActionBatch } from '../../src/providers/base.fetcher.js';
import type { GitFetcher } from '../../src/providers/git/git.fetcher.js';
import { HostResolver } from '../../src/providers/host.resolver.js';
import type { RoundSizes } from '../../src/providers/git/window.fetch.js';
import { collect } from './collect.js';
import { gitFetcher } from './git-fetcher.js';
import { GitServer } from './git-server.js';
import { GitWorld } from './git-world.js';

const { signal } = new AbortController();

/** Repositories behind a real https host, and fetchers that read them. Gone with {@link stop}. */
export class GitRemote {
  private caches = 0;
  private readonly authorities = process.env.NODE_EXTRA_CA_CERTS;

  private constructor(
    readonly world: GitWorld,
    readonly server: GitServer,
  ) {}

  static async start(): Promise<GitRemote> {
    const world = new GitWorld();
    mkdirSync(world.path('keys'));
    const remote = new GitRemote(world, await GitServer.start(world.directory, world.path('keys')));
    process.env.NODE_EXTRA_CA_CERTS = remote.server.authorityFile;
    return remote;
  }

  async stop(): Promise<void> {
    process.env.NODE_EXTRA_CA_CERTS = this.authorities;
    await this.server.stop();
    this.world.remove();
  }

  /** Where the fetcher that was made last keeps its clones. */
  get cache(): string {
    return this.world.path(`cache-${this.caches}`);
  }

  /** One that has read nothing yet. */
  fetcher(environment: Partial<Environment> = {}, rounds?: RoundSizes): GitFetcher {
    this.caches += 1;
    const settings = { GIT_HOSTS: [this.server.host], GIT_CACHE_DIR: this.cache, ...environment };
    return gitFetcher(settings, new HostResolver(), rounds);
  }

  /** One that finds the clones of the last one, as after a restart. */
  again(): GitFetcher {
    return gitFetcher({ GIT_HOSTS: [this.server.host], GIT_CACHE_DIR: this.cache });
  }

  /** Reads a repository by its name on the host. */
  async read(fetcher: GitFetcher, name: string, query: ActionQuery): Promise<ActionBatch[]> {
    const baseUrl = this.server.url(name);
    const connection = await fetcher.connect({ provider: 'git', baseUrl }, signal);
    return collect(fetcher.getActions(connection, query, signal));
  }

  /** Answers whatever is asked below one path with a redirect to another address. */
  redirect(from: string, to: string): void {
    const before = this.server.intercept;
    this.server.intercept = (request) => {
      if (!request.url?.startsWith(`/${from}/`)) return before?.(request);
      const location = to + request.url.slice(from.length + 1);
      return (_, response) => response.writeHead(301, { location }).end();
    };
  }
}
