import { isIPv6, type LookupFunction } from 'node:net';
import type { Environment } from '../../config/environment.js';
import { DomainError } from '../../errors/domain.error.js';
import type { HostResolver } from '../host.resolver.js';
import { originOf } from '../provider-address.js';
import { isPublicAddress } from '../public-address.js';

type ProviderSettings = Pick<
  Environment,
  'GITHUB_URL' | 'GITHUB_API_URL' | 'GITLAB_URL' | 'AZURE_DEVOPS_URL' | 'PROVIDER_HOSTS'
>;

/**
 * Looks hosts up for connections: one that the operator did not name must not lead into a private
 * network. The addresses that are looked at are the ones that are connected to, each time, so that a
 * name cannot lead elsewhere in between (DNS rebinding). What fails here is `host_refused`.
 */
export function publicLookup(settings: ProviderSettings, resolver: HostResolver): LookupFunction {
  const named = namedHosts(settings);
  return (hostname, { all }, done) => {
    resolver.resolve(hostname).then(
      (addresses) => {
        const [first = ''] = addresses;
        const found = addresses.map((address) => ({ address, family: familyOf(address) }));
        if (!named.has(hostname) && !addresses.every(isPublicAddress)) done(refusal(hostname), []);
        else if (all) done(null, found);
        else done(null, first, familyOf(first));
      },
      (error: unknown) => {
        done(error as Error, []);
      },
    );
  };
}

/** By their names alone: which ports they may be spoken to on has been decided with their address. */
function namedHosts({ PROVIDER_HOSTS, ...urls }: ProviderSettings): ReadonlySet<string> {
  const { GITHUB_URL, GITHUB_API_URL, GITLAB_URL, AZURE_DEVOPS_URL } = urls;
  const further = PROVIDER_HOSTS.filter((host) => host !== '*').map(originOf);
  const all = [GITHUB_URL, GITHUB_API_URL, GITLAB_URL, AZURE_DEVOPS_URL, ...further];
  return new Set(all.map((url) => new URL(url).hostname));
}

const familyOf = (address: string): number => (isIPv6(address) ? 6 : 4);

const refusal = (hostname: string): DomainError =>
  new DomainError('host_refused', `The host ${hostname} is not on the public internet.`);
