import { lookup, Resolver } from 'node:dns/promises';
import { readFile } from 'node:fs/promises';
import { Injectable, Optional } from '@nestjs/common';
import ipaddr from 'ipaddr.js';
import { RecentlyUsed } from '../state/recently-used.js';

/** Milliseconds for a name server's answer, and how often it is asked. */
const ANSWER_TIMEOUT = 1_500;
const TRIES = 2;
const REMEMBERED_FOR = 60_000;
const MAX_REMEMBERED = 10_000;
const HOSTS_FILE = '/etc/hosts';

/** https://nodejs.org/api/dns.html#error-codes: nobody has answered. */
export const isSilence = (error: unknown): boolean =>
  (error as NodeJS.ErrnoException).code === 'ETIMEOUT' ||
  (error as NodeJS.ErrnoException).code === 'ECANCELLED';

/** Turns a host name into IP addresses as the system does. */
@Injectable()
export class HostResolver {
  private readonly known = new RecentlyUsed<{ addresses: readonly string[]; until: number }>(
    MAX_REMEMBERED,
  );

  /** @param servers Of names, `host:port`; by default the system's. */
  constructor(@Optional() private readonly servers?: readonly string[]) {}

  /**
   * What a name has been found to be is remembered for a minute. The system can look up two names at a
   * time and cannot be stopped from waiting for one (https://docs.libuv.org/en/v1.x/threadpool.html), so
   * it is asked only once the name's servers have answered somebody who can be stopped.
   * Rejects where there are none, with `ETIMEOUT` within 5 s where nobody answers.
   */
  async resolve(hostname: string): Promise<readonly string[]> {
    const known = this.known.get(hostname);
    if (known && performance.now() < known.until) return known.addresses;
    if (!(await isInHostsFile(hostname))) await this.awaitAnswer(hostname);
    const answers = await lookup(hostname, { all: true });
    const addresses = answers.map(({ address }) => address);
    this.known.set(hostname, { addresses, until: performance.now() + REMEMBERED_FOR }, 1);
    return addresses;
  }

  /** Also that there is none is an answer: the system may know the name by other means. */
  private async awaitAnswer(hostname: string): Promise<void> {
    const resolver = new Resolver({ timeout: ANSWER_TIMEOUT, tries: TRIES });
    if (this.servers) resolver.setServers(this.servers);
    const questions = [resolver.resolve4(hostname), resolver.resolve6(hostname)];
    for (const answer of await Promise.allSettled(questions)) {
      if (answer.status === 'rejected' && isSilence(answer.reason)) throw answer.reason;
    }
  }
}

/** No name server knows what stands there. */
async function isInHostsFile(hostname: string): Promise<boolean> {
  const text = await readFile(HOSTS_FILE, 'utf8').catch(() => '');
  const names = text.split('\n').flatMap((line) => line.replace(/#.*/, '').split(/\s+/).slice(1));
  return names.some((name) => name.toLowerCase() === hostname.toLowerCase());
}

/** The IP address that stands in a URL in the place of a name. */
export function literalAddress(hostname: string): string | undefined {
  const literal = hostname.replace(/^\[|\]$/g, '');
  return ipaddr.isValid(literal) ? literal : undefined;
}
