import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { DomainError } from '../../errors/domain.error.js';
import type { ActionQuery } from '../action.js';
import { BaseFetcher, type ActionBatch, type RepositoryListing } from '../base.fetcher.js';
import type { Connection, ConnectionRequest } from '../connection.js';
import type { RepositoryCoverage } from '../coverage.js';
import type { Repository } from '../repository.js';
import { clientOf, GitCapacity } from './git.capacity.js';
import { CUT_OFF, GIT_ACTION_TYPES, readActions } from './git.action-reader.js';
import { reasonOf } from './git.problem.js';
import { GitError } from './git.process.js';
import type { GitRepository } from './git.repository.js';
import type { GitSource, OpenRepository } from './git.source.js';
import { GitWebAddress } from './git.web-address.js';
import { CommitGraphCache } from './history/commit-graph.cache.js';
import { LOCAL_SCHEME, LocalSource } from './local.source.js';
import { ReadingReport } from './reading-report.js';
import { RemoteSource } from './remote.source.js';

const NOTHING_TO_READ = {
  status: 'skipped',
  reason:
    'git itself knows commits and tags only; pull requests, issues and reviews are with the host.',
} as const;

/** Any git repository, without an account: its commits, and its version tags as releases. */
@Injectable()
export class GitFetcher extends BaseFetcher {
  readonly provider = 'git';

  constructor(
    private readonly local: LocalSource,
    private readonly remote: RemoteSource,
    private readonly capacity: GitCapacity,
    private readonly graphs: CommitGraphCache,
  ) {
    super();
  }

  async connect(request: ConnectionRequest, signal: AbortSignal): Promise<Connection> {
    signal.throwIfAborted();
    const [source, wish] = this.wishOf(request);
    const { baseUrl, label } = await source.connect(wish, clientOf(request), signal);
    const digest = createHash('sha256').update(baseUrl).digest('hex');
    return { id: `git-${digest.slice(0, 16)}`, provider: 'git', baseUrl, label };
  }

  /** A repository at an address vouches for nobody. */
  async isMember(): Promise<boolean> {
    return false;
  }

  async getRepositories(connection: Connection, signal: AbortSignal): Promise<RepositoryListing> {
    return { repositories: [await this.sourceOf(connection).getRepository(connection, signal)] };
  }

  async *getActions(
    connection: Connection,
    query: ActionQuery,
    signal: AbortSignal,
  ): AsyncGenerator<ActionBatch, void> {
    const source = this.sourceOf(connection);
    const id = source.repositoryId(connection);
    const asked = query.repositories?.find((repository) => repository.id === id);
    if (query.repositories && !asked) {
      yield { actions: [], coverage: [], total: 0 };
      return;
    }
    if (!GIT_ACTION_TYPES.some((type) => query.types.includes(type))) {
      const { fullName } = asked ?? (await source.getRepository(connection, signal));
      yield { actions: [], coverage: [{ id, fullName, ...NOTHING_TO_READ }], total: 1 };
      return;
    }
    yield { actions: [], coverage: [], total: 1 };
    const found = await source.open(connection, query, signal);
    const opened = asked ? { ...found, describe: async () => known(asked) } : found;
    let failure: GitError | undefined;
    try {
      failure = yield* this.read(opened, query, clientOf(connection), signal);
    } finally {
      opened.release(failure?.reason !== 'failed');
    }
  }

  /** Ends with the coverage. Returns what went wrong, if anything did. */
  private async *read(
    opened: OpenRepository,
    query: ActionQuery,
    client: string,
    signal: AbortSignal,
  ): AsyncGenerator<ActionBatch, GitError | undefined> {
    let failure: GitError | undefined;
    let begun = false;
    const report = new ReadingReport();
    let described: Promise<GitRepository> | undefined;
    const describe = (): Promise<GitRepository> => (described ??= opened.describe());
    let leave = (): void => undefined;
    try {
      leave = await this.capacity.beginReading(client, signal);
      const reading = readActions({ ...opened, describe }, this.graphs, query, signal, report);
      for await (const actions of reading) {
        begun = true;
        yield { actions, coverage: [] };
      }
    } catch (error) {
      if (!(error instanceof GitError)) throw error;
      failure = error;
    } finally {
      leave();
    }
    const { id, fullName } = (await describe()).reference;
    const kinds = GIT_ACTION_TYPES.filter((type) => query.types.includes(type));
    const coverage = { id, fullName, ...(kinds.length < query.types.length && { kinds }) };
    const outcome: Pick<RepositoryCoverage, 'status' | 'reason'> = failure
      ? { status: begun ? 'partial' : 'failed', reason: reasonOf(failure) }
      : completeness(opened, report.gaps);
    const { bots, matched } = report;
    yield { actions: [], coverage: [{ ...coverage, ...outcome }], bots, matched: [...matched] };
    return failure;
  }

  private wishOf({ path, baseUrl }: ConnectionRequest): [GitSource, string] {
    if (path !== undefined && baseUrl === undefined) return [this.local, path];
    if (baseUrl !== undefined && path === undefined) return [this.remote, baseUrl];
    throw new DomainError('invalid_request', 'Give either the url of a repository or a path.');
  }

  private sourceOf({ baseUrl }: Connection): GitSource {
    return baseUrl.startsWith(LOCAL_SCHEME) ? this.local : this.remote;
  }
}

function completeness(
  { folder }: OpenRepository,
  gaps: readonly string[],
): Pick<RepositoryCoverage, 'status' | 'reason'> {
  const shallow = folder.shallow ? [CUT_OFF] : [];
  const reasons = [...shallow, ...gaps];
  return reasons.length > 0
    ? { status: 'partial', reason: reasons.join(' ') }
    : { status: 'complete' };
}

/** What an earlier listing told, for what a repository would have to be asked again. */
const known = ({ id, fullName, url }: Repository): GitRepository => ({
  reference: { id, fullName, url },
  address: GitWebAddress.fromRemote(url),
});
