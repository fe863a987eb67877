import { normalizeIp } from '@nestjs/throttler';
import type { FastifyRequest } from 'fastify';
import { isIP } from 'node:net';

/**
 * Who a request without a session is counted for: the client's address behind the proxies that
 * TRUST_PROXY names, of IPv6 the network, as one client has a whole /64 of them. What a proxy passed
 * on that is no address counts for the proxy.
 */
export function clientAddress({ ip, socket }: FastifyRequest): string {
  const address = isIP(ip) ? ip : socket.remoteAddress;
  return normalizeIp(address ?? 'unknown');
}
