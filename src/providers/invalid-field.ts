import { DomainError } from '../errors/domain.error.js';

/** A field of a request that says something else than it has to. */
export function invalidField(field: string, message: string): DomainError {
  return new DomainError('invalid_request', message, { errors: [{ field, message }] });
}
