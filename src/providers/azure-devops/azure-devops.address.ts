import { invalidField } from '../invalid-field.js';
import { knownAddress } from '../provider-address.js';

/** An organisation of Azure DevOps Services, or a collection of Azure DevOps Server. */
export interface Organization {
  readonly name: string;
  /** Without a slash at its end: `https://dev.azure.com/fabrikam`, `https://tfs.example.org/tfs/Main`. */
  readonly url: string;
}

interface Wish {
  readonly baseUrl?: string;
  readonly organization?: string;
}

const SERVICES = 'https://dev.azure.com';
const OLD_SERVICES_SUFFIX = '.visualstudio.com';
/** Azure DevOps Server may stand in this folder of its host. */
const SERVER_FOLDER = 'tfs';
/** https://learn.microsoft.com/azure/devops/organizations/settings/naming-restrictions */
const NAME = /^[^/\\:*?"<>|;#$%{},+=@[\]\p{Cc}]{1,64}$/u;

/**
 * The organisation that is meant. Its address may be `https://dev.azure.com/{organisation}`,
 * `https://{organisation}.visualstudio.com`, `{server}/{collection}` or `{server}/tfs/{collection}`,
 * followed by a project, as people copy it; on the configured server its name alone will do.
 * @param furtherHosts PROVIDER_HOSTS: there the collection has to be named.
 * @throws DomainError `invalid_request`
 */
export function organizationOf(
  configured: string,
  furtherHosts: readonly string[],
  { baseUrl, organization }: Wish,
): Organization {
  const own = new URL(today(configured));
  const asked =
    baseUrl === undefined ? own : knownAddress(PROVIDER, today(baseUrl), own.href, furtherHosts);
  const { folder, collection } = partsOf(asked);
  const usual = asked.origin === own.origin ? partsOf(own).collection : undefined;
  const name = organization ?? collection ?? usual;
  if (name === undefined) {
    throw invalidField('organization', 'organization is needed, as a name or in baseUrl');
  }
  if (!NAME.test(name) || name.startsWith('.')) {
    throw invalidField('organization', 'organization is not a name that Azure DevOps knows');
  }
  return { name, url: [asked.origin, ...folder, encodeURIComponent(name)].join('/') };
}

const PROVIDER = 'Azure DevOps';

/** `https://fabrikam.visualstudio.com/…` is the former address of `https://dev.azure.com/fabrikam/…`. */
function today(address: string): string {
  if (!URL.canParse(address)) return address;
  const { protocol, hostname, pathname } = new URL(address);
  if (protocol !== 'https:' || !hostname.endsWith(OLD_SERVICES_SUFFIX)) return address;
  const organization = hostname.slice(0, -OLD_SERVICES_SUFFIX.length);
  return `${SERVICES}/${organization}${pathname.replace(/^\/DefaultCollection(?=\/|$)/i, '')}`;
}

function partsOf({ pathname }: URL): { folder: string[]; collection?: string } {
  const parts = pathname.split('/').filter(Boolean);
  const folder = parts.splice(0, parts[0]?.toLowerCase() === SERVER_FOLDER ? 1 : 0);
  const [collection] = parts;
  return { folder, ...(collection && { collection: decoded(collection) }) };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
