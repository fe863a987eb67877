import { withoutTrailingSlashes } from '../trailing-slashes.js';

/** The official API stands on a host of its own, as do the `*.ghe.com` ones; a server's is below its web address. */
const API_HOST_PREFIX = 'api.';
const HOSTED_SUFFIX = '.ghe.com';

/**
 * Where people see what the API at this address tells: `github.com` for `https://api.github.com`,
 * `git.example.org` for `https://git.example.org/api/v3`.
 */
export function webHostOf(apiUrl: string): string {
  const { host, pathname } = new URL(apiUrl);
  const standsAlone = pathname === '/' && host.startsWith(API_HOST_PREFIX);
  return standsAlone ? host.slice(API_HOST_PREFIX.length) : host;
}

/**
 * Where the API of a server is whose web or API address a user wrote: below it on a GitHub Enterprise
 * Server, on a host of its own for `*.ghe.com`
 * (https://docs.github.com/enterprise-cloud@latest/admin/data-residency/network-details-for-ghecom).
 */
export function apiUrlAt({ protocol, host, origin }: URL): string {
  if (!host.endsWith(HOSTED_SUFFIX)) return `${origin}/api/v3`;
  return host.startsWith(API_HOST_PREFIX) ? origin : `${protocol}//${API_HOST_PREFIX}${host}`;
}

/** Whether a web or API address, as a user may write it, is that of this API. */
export function isAddressOf(apiUrl: string, address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { origin } = new URL(apiUrl);
  const web = new URL(origin);
  web.host = webHostOf(apiUrl);
  return [apiUrl, web.href].some(
    (known) => withoutSlash(known) === withoutSlash(new URL(address).href),
  );
}

function withoutSlash(url: string): string {
  return withoutTrailingSlashes(new URL(url).href);
}

/** GitHub Enterprise Server, whose version may be any. */
export function isEnterpriseServer(apiUrl: string): boolean {
  return /\/api\/v3\/*$/.test(apiUrl);
}
