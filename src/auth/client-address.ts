import { normalizeIp } from '@nestjs/throttler';
import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';

/**
 * Who a request without a session is counted for: the client's address behind the proxies that
 * TRUST_PROXY names, of IPv6 the network, as one client has a whole /64 of them. What a proxy passed
 * on that is no address counts for the proxy.
 * @param ip What the proxies say.
 */
export function clientAddress(ip: string, { remoteAddress }: IncomingMessage['socket']): string {
  const address = isIP(ip) ? ip : remoteAddress;
  return normalizeIp(address ?? 'unknown');
}
