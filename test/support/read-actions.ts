import type { Action, ActionQuery } from '../../src/providers/action.js';
import type { BaseFetcher } from '../../src/providers/base.fetcher.js';
import type { Connection } from '../../src/providers/connection.js';
import type { RepositoryCoverage } from '../../src/providers/coverage.js';

/** A fetcher's whole answer. */
export async function readActions(
  fetcher: BaseFetcher,
  connection: Connection,
  query: ActionQuery,
  signal = AbortSignal.timeout(60_000),
) {
  const actions: Action[] = [];
  const coverage: RepositoryCoverage[] = [];
  for await (const batch of fetcher.getActions(connection, query, signal)) {
    actions.push(...batch.actions);
    coverage.push(...batch.coverage);
  }
  return { actions, ids: actions.map(({ id }) => id).sort(), coverage };
}
