import accepts from 'accepts';
import type { IncomingMessage } from 'node:http';
import { DomainError } from '../errors/domain.error.js';

/**
 * The offered media type that the request's Accept header prefers; the first one without a header.
 * @throws DomainError `not_acceptable` when it accepts none of them.
 */
export function chooseMediaType<T extends string>(
  request: IncomingMessage,
  offered: readonly [T, ...T[]],
): T {
  const chosen = accepts(request).type([...offered]);
  if (chosen === false) {
    throw new DomainError('not_acceptable', `This route answers with ${offered.join(' or ')}.`);
  }
  return offered.find((type) => type === chosen) ?? offered[0];
}
