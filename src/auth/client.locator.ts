import proxyAddr from '@fastify/proxy-addr';
import { Injectable } from '@nestjs/common';
import type { IncomingMessage } from 'node:http';
import { Environment } from '../config/environment.js';
import { proxyTrust } from '../config/trusted-proxies.js';

/** Finds the client behind trusted proxies for upgrades, which Fastify does not see, as Fastify does. */
@Injectable()
export class ClientLocator {
  private readonly trust: ReturnType<typeof proxyTrust>;

  constructor({ TRUST_PROXY }: Environment) {
    this.trust = proxyTrust(TRUST_PROXY);
  }

  /** What the proxies say is the client's address; without any, the connection's. */
  locate(request: IncomingMessage): string {
    return proxyAddr(request, this.trust || []);
  }
}
