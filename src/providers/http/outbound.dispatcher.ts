import type { LookupFunction } from 'node:net';
import { EnvHttpProxyAgent } from 'undici';
import type { Environment } from '../../config/environment.js';
import type { OutboundLimits } from './outbound.limits.js';

/**
 * Connections to the providers, kept alive, bounded and, for https, through HTTPS_PROXY where there is
 * one, to hosts that `lookup` finds. Whom they trust is Node's own choice: its authorities and those of NODE_EXTRA_CA_CERTS.
 */
export function outboundDispatcher(
  { maxConnections, connectTimeout, headersTimeout, bodyTimeout }: OutboundLimits,
  { HTTPS_PROXY = '', NO_PROXY = '' }: Pick<Environment, 'HTTPS_PROXY' | 'NO_PROXY'>,
  lookup: LookupFunction,
): EnvHttpProxyAgent {
  return new EnvHttpProxyAgent({
    // All given, so that it reads no variables itself; plain http stays near, and goes without.
    httpProxy: '',
    httpsProxy: HTTPS_PROXY,
    noProxy: NO_PROXY,
    connections: maxConnections,
    connect: { timeout: connectTimeout, lookup },
    // Behind a proxy it is the proxy that looks hosts up, and its operator who says where it may go.
    proxyTls: { timeout: connectTimeout },
    requestTls: { timeout: connectTimeout },
    headersTimeout,
    bodyTimeout,
  });
}
