import { literalAddress } from './host.resolver.js';
import { invalidField } from './invalid-field.js';
import { isPublicAddress } from './public-address.js';

const ANY_PUBLIC_HOST = '*';

/** The origin that an entry of PROVIDER_HOSTS stands for: https, unless it says otherwise. */
export const originOf = (host: string): string =>
  new URL(host.includes('://') ? host : `https://${host}`).origin;

/**
 * The address of a provider's server as a user wrote it. It has to be the configured server (the same
 * scheme, host and port) or one of the further hosts: a credential, and this server's own requests,
 * go nowhere else. Where a mere name leads is looked at when a connection is made.
 * @param provider For people: `Azure DevOps`.
 * @param furtherHosts PROVIDER_HOSTS.
 * @throws DomainError `invalid_request`
 */
export function knownAddress(
  provider: string,
  address: string,
  configured: string,
  furtherHosts: readonly string[],
): URL {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url?.origin === new URL(configured).origin) return url;
  if (url && isPlain(url) && isAmong(url, furtherHosts)) return url;
  throw invalidField('baseUrl', `baseUrl is not a ${provider} server known here`);
}

const isPlain = ({ username, password, search, hash }: URL): boolean =>
  [username, password, search, hash].every((part) => part === '');

function isAmong({ origin, protocol, hostname }: URL, hosts: readonly string[]): boolean {
  const named = hosts.filter((host) => host !== ANY_PUBLIC_HOST);
  if (named.some((host) => originOf(host) === origin)) return true;
  if (named.length === hosts.length || protocol !== 'https:') return false;
  const literal = literalAddress(hostname);
  return literal === undefined || isPublicAddress(literal);
}
