import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { DomainError } from '../../errors/domain.error.js';
import type { ActionQuery } from '../action.js';
import { BaseFetcher, type ActionBatch, type RepositoryListing } from '../base.fetcher.js';
import type { Connection, ConnectionRequest } from '../connection.js';
import type { RepositoryCoverage } from '../coverage.js';
import { GIT_ACTION_TYPES, readActions } from './git.action-reader.js';
import { GitError } from './git.process.js';
import type { GitSource, OpenRepository } from './git.source.js';
import { LocalSource } from './local.source.js';

/** Any git repository, without an account: its commits, and its annotated tags as releases. */
@Injectable()
export class GitFetcher extends BaseFetcher {
  readonly provider = 'git';

  constructor(private readonly local: LocalSource) {
    super();
  }

  async connect(request: ConnectionRequest, signal: AbortSignal): Promise<Connection> {
    const [source, wish] = this.wishOf(request);
    const { baseUrl, label } = await source.connect(wish, signal);
    const digest = createHash('sha256').update(baseUrl).digest('hex');
    return { id: `git-${digest.slice(0, 16)}`, provider: 'git', baseUrl, label };
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
    if (query.repositories && !query.repositories.some((repository) => repository.id === id)) {
      yield { actions: [], coverage: [], total: 0 };
      return;
    }
    yield { actions: [], coverage: [], total: 1 };
    const opened = await source.open(connection, signal);
    try {
      yield* this.read(opened, query, signal);
    } finally {
      opened.release();
    }
  }

  private async *read(
    { folder, repository }: OpenRepository,
    query: ActionQuery,
    signal: AbortSignal,
  ): AsyncGenerator<ActionBatch, void> {
    const readable = GIT_ACTION_TYPES.filter((type) => query.types.includes(type));
    let status: RepositoryCoverage['status'] = 'failed';
    let reason: string | undefined;
    try {
      for await (const actions of readActions(folder, repository, query, signal)) {
        status = 'partial';
        yield { actions, coverage: [] };
      }
      status = 'complete';
    } catch (error) {
      if (!(error instanceof GitError)) throw error;
      reason = reasonOf(error);
    }
    const { id, fullName } = (await repository).reference;
    const kinds = readable.length < query.types.length ? { kinds: readable } : {};
    yield {
      actions: [],
      coverage: [{ id, fullName, status, ...kinds, ...(reason && { reason }) }],
    };
  }

  private wishOf({ path, baseUrl }: ConnectionRequest): [GitSource, string] {
    if (path !== undefined) return [this.local, path];
    throw new DomainError('invalid_request', 'Give the url of a repository, or a path.', {
      cause: baseUrl,
    });
  }

  private sourceOf(_connection: Connection): GitSource {
    return this.local;
  }
}

const reasonOf = ({ reason }: GitError): string =>
  reason === 'timeout'
    ? 'git needed more time than it has; a shorter window needs less.'
    : 'git could not read all of the repository.';
