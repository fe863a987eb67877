import type { Action, ActionQuery } from './action.js';
import type { RepositoryCoverage } from './coverage.js';
import type { Connection, ConnectionRequest, ProviderName } from './connection.js';
import type { Repository } from './repository.js';

/** The repositories a connection can read, and whether that is all of them. */
export interface RepositoryListing {
  readonly repositories: Repository[];
  /** Why the list is not complete; absent when it is. */
  readonly incomplete?: string;
}

/** One portion of an answer to an {@link ActionQuery}. Every field may be empty. */
export interface ActionBatch {
  readonly actions: readonly Action[];
  /** Repositories whose reading has ended with this batch: complete, partial, failed or skipped. */
  readonly coverage: readonly RepositoryCoverage[];
  /** How many actions of bots that would answer the query were left out since the batch before. */
  readonly bots?: number;
  /** Names of the query's authors that were found, also where the actions call them otherwise. */
  readonly matched?: readonly string[];
  /** How many repositories will be read in all, as soon as that is known. */
  readonly total?: number;
}

/**
 * What a provider can do, and the injection token for it. Inject `BaseFetcher` to get the one that
 * routes by `connection.provider`. Fetchers hold no state of their users: who asks (the connection)
 * and until when (the signal) are arguments.
 *
 * Every method throws `DomainError` (`provider_unauthorized`, `provider_forbidden`,
 * `provider_rate_limited` with `retryAt`, `provider_failed`, `provider_timeout`,
 * `repository_not_found`) for what concerns the whole connection, and the signal's reason on abort.
 */
export abstract class BaseFetcher {
  abstract readonly provider: ProviderName | 'any';

  /** Checks the credential (or the address) with the provider and learns who holds it. */
  abstract connect(request: ConnectionRequest, signal: AbortSignal): Promise<Connection>;

  /**
   * Whether the connection's viewer belongs to an organisation or group of the provider's server;
   * false too where the credential may not tell.
   */
  abstract isMember(connection: Connection, group: string, signal: AbortSignal): Promise<boolean>;

  /** All repositories the connection can read, most recently pushed first where that is known. */
  abstract getRepositories(connection: Connection, signal: AbortSignal): Promise<RepositoryListing>;

  /**
   * What happened in `[query.since, query.until)`, in no particular order, each action once.
   * What goes wrong with one repository is that repository's coverage, not an error.
   */
  abstract getActions(
    connection: Connection,
    query: ActionQuery,
    signal: AbortSignal,
  ): AsyncIterable<ActionBatch>;
}
