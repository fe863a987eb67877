import type { DomainError } from '../errors/domain.error.js';

const FATAL = ['provider_unauthorized', 'provider_rate_limited'];

/** Whether it ends the whole reading, because every other request would meet it too. */
export function isFatal({ code }: DomainError): boolean {
  return FATAL.includes(code);
}
