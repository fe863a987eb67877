import { lookup } from 'node:dns/promises';
import { Injectable } from '@nestjs/common';

/** Turns a host name into IP addresses as the system does. */
@Injectable()
export class HostResolver {
  /** Rejects where there are none. */
  async resolve(hostname: string): Promise<string[]> {
    const answers = await lookup(hostname, { all: true });
    return answers.map(({ address }) => address);
  }
}
