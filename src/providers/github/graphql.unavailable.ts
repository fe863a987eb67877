import { DomainError } from '../../errors/domain.error.js';

/** A server that has no GraphQL, or one older than the question. The REST API may know the answer. */
export class GraphqlUnavailable extends DomainError {
  constructor(cause: unknown) {
    super('provider_failed', 'this GitHub server is too old to be asked for it', { cause });
  }
}
