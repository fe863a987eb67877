import { invalidField } from './invalid-field.js';

/**
 * The address of a provider's server as a user wrote it. It has to be the configured server (the same
 * scheme, host and port): a credential, and this server's own requests, go nowhere else.
 * @param provider For people: `Azure DevOps`.
 * @throws DomainError `invalid_request`
 */
export function knownAddress(provider: string, address: string, configured: string): URL {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url?.origin === new URL(configured).origin) return url;
  throw invalidField('baseUrl', `baseUrl is not a ${provider} server known here`);
}
