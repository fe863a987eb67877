import { Injectable } from '@nestjs/common';
import type { Connection } from '../connection.js';
import type { Repository } from '../repository.js';
import type { TimeWindow } from '../time-window.js';
import { SharedWork } from '../shared-work.js';
import { clientOf, GitCapacity } from './git.capacity.js';
import { gitProblem } from './git.problem.js';
import type { RepositoryFolder } from './git.process.js';
import type { GitRepository } from './git.repository.js';
import type { GitSource, OpenRepository } from './git.source.js';
import { GitWebAddress } from './git.web-address.js';
import { LocalRepositories, type LocalRepository } from './local-repositories.js';
import { CommitGraphCache } from './history/commit-graph.cache.js';
import { OriginMemory } from './origin.memory.js';

export const LOCAL_SCHEME = 'path:';

/** Repositories under GIT_ROOT, read where they are. */
@Injectable()
export class LocalSource implements GitSource {
  private readonly origins = new OriginMemory();
  private readonly asked = new SharedWork<Repository>();

  constructor(
    private readonly repositories: LocalRepositories,
    private readonly capacity: GitCapacity,
    private readonly graphs: CommitGraphCache,
  ) {}

  async connect(
    wish: string,
    client: string,
    signal: AbortSignal,
  ): Promise<{ baseUrl: string; label: string }> {
    const { path, name } = await this.openAt(wish, client, signal);
    return { baseUrl: LOCAL_SCHEME + path, label: `${path === '.' ? name : `./${path}`} (local)` };
  }

  repositoryId(connection: Connection): string {
    return `git:local/${pathOf(connection)}`;
  }

  async open(connection: Connection, _: TimeWindow, signal: AbortSignal): Promise<OpenRepository> {
    const local = await this.openAt(pathOf(connection), clientOf(connection), signal);
    return {
      folder: local.folder,
      describe: () => this.describe(local, local.folder, signal),
      release: () => undefined,
    };
  }

  /** Once for all that a client asks at the same time; nobody waits for the turn of another one. */
  async getRepository(connection: Connection, signal: AbortSignal): Promise<Repository> {
    const question = `${clientOf(connection)} ${connection.id} ${connection.baseUrl}`;
    return this.asked.join(question, signal, (shared) => this.ask(connection, shared));
  }

  private async ask(connection: Connection, signal: AbortSignal): Promise<Repository> {
    const local = await this.openAt(pathOf(connection), clientOf(connection), signal);
    const answers = this.capacity.ask(clientOf(connection), signal, () =>
      Promise.all([
        this.describe(local, local.folder, signal),
        this.graphs.read(local.folder, signal).then(async (history) => ({
          branch: history.defaultBranch,
          newest: await history.newest(Date.now() / 1000),
        })),
      ]),
    );
    const [{ reference }, { newest, branch }] = await answers.catch((error: unknown) => {
      throw gitProblem(error, local.path);
    });
    return {
      ...reference,
      provider: 'git',
      connectionId: connection.id,
      name: reference.fullName.split('/').at(-1) ?? reference.fullName,
      private: true,
      archived: false,
      fork: false,
      ...(branch !== undefined && { defaultBranch: branch }),
      ...(newest !== undefined && { pushedAt: new Date(newest * 1000).toISOString() }),
    };
  }

  private openAt(
    path: string,
    client: string,
    signal: AbortSignal,
  ): ReturnType<LocalRepositories['open']> {
    return this.capacity
      .open(client, signal, () => this.repositories.open(path))
      .catch((error: unknown) => {
        throw gitProblem(error, path);
      });
  }

  private async describe(
    { path, name }: LocalRepository,
    folder: RepositoryFolder,
    signal: AbortSignal,
  ): Promise<GitRepository> {
    const origin = await this.origins.originOf(folder, signal).catch((error: unknown) => {
      throw gitProblem(error, path);
    });
    const address = origin === undefined ? undefined : GitWebAddress.fromRemote(origin);
    return {
      reference: {
        id: `git:local/${path}`,
        fullName: address?.fullName ?? name,
        url: address?.url ?? `git-root:/${path}`,
      },
      address,
    };
  }
}

const pathOf = ({ baseUrl }: Connection): string => baseUrl.slice(LOCAL_SCHEME.length);
