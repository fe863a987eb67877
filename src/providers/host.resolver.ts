import { lookup } from 'node:dns/promises';
import { Injectable } from '@nestjs/common';
import ipaddr from 'ipaddr.js';

/** Turns a host name into IP addresses as the system does. */
@Injectable()
export class HostResolver {
  /** Rejects where there are none. */
  async resolve(hostname: string): Promise<string[]> {
    const answers = await lookup(hostname, { all: true });
    return answers.map(({ address }) => address);
  }
}

/** The IP address that stands in a URL in the place of a name. */
export function literalAddress(hostname: string): string | undefined {
  const literal = hostname.replace(/^\[|\]$/g, '');
  return ipaddr.isValid(literal) ? literal : undefined;
}
