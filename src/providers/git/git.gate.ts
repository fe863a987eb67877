import { Injectable } from '@nestjs/common';
import { Environment } from '../../config/environment.js';
import { DomainError } from '../../errors/domain.error.js';
import { CertificateAuthorities } from './certificate-authorities.js';
import { type GitAddress, parseGitAddress } from './git.address.js';
import { HostResolver, literalAddress } from '../host.resolver.js';
import { isPublicAddress } from '../public-address.js';
import { untilAborted } from '../until-aborted.js';

const ANY_PUBLIC_HOST = '*';

/** An address that may be read, and the settings that keep git to exactly that. */
export interface AdmittedAddress {
  readonly address: GitAddress;
  readonly settings: readonly string[];
}

/** Decides which addresses git may speak to. Every connection git opens has passed here. */
@Injectable()
export class GitGate {
  constructor(
    private readonly environment: Environment,
    private readonly resolver: HostResolver,
    private readonly authorities: CertificateAuthorities,
  ) {}

  /**
   * Throws `clone_disabled`, `clone_refused` (by the URL, by GIT_HOSTS, by the host's IP addresses)
   * or `repository_not_found` where the host has no address at all.
   */
  async admit(url: string, signal: AbortSignal): Promise<AdmittedAddress> {
    const named = (this.environment.GIT_HOSTS ?? []).map((host) => host.toLowerCase());
    if (named.length === 0) {
      throw new DomainError(
        'clone_disabled',
        'This server reads no repositories by URL: GIT_HOSTS names no host.',
      );
    }
    const address = parseGitAddress(url);
    const trusted = named.includes(address.host);
    if (!trusted && !named.includes(ANY_PUBLIC_HOST)) {
      throw new DomainError('clone_refused', `The host ${address.host} is not one of GIT_HOSTS.`);
    }
    const addresses = await this.addressesOf(address, signal);
    if (!trusted && !addresses.every(isPublicAddress)) {
      throw new DomainError(
        'clone_refused',
        `The host ${address.host} is not on the public internet.`,
      );
    }
    return { address, settings: await this.settingsFor(address, addresses) };
  }

  private async addressesOf({ hostname }: GitAddress, signal: AbortSignal): Promise<string[]> {
    const literal = literalAddress(hostname);
    if (literal !== undefined) return [literal];
    const notFound = (cause?: unknown): DomainError =>
      new DomainError('repository_not_found', `The host ${hostname} was not found.`, { cause });
    const found = await untilAborted(this.resolver.resolve(hostname), signal).catch(
      (cause: unknown) => {
        signal.throwIfAborted();
        throw notFound(cause);
      },
    );
    if (found.length === 0) throw notFound();
    return found;
  }

  private async settingsFor(address: GitAddress, addresses: readonly string[]): Promise<string[]> {
    const authorities = await this.authorities.file();
    return [
      // A redirect could lead past this gate.
      'http.followRedirects=false',
      // What the name resolves to for curl must be what was looked at here (DNS rebinding).
      `http.curloptResolve=${pin(address, addresses)}`,
      'http.proxy=',
      'http.sslVerify=true',
      ...(authorities === undefined ? [] : [`http.sslCAInfo=${authorities}`]),
      // Bytes a second, and for how many seconds.
      'http.lowSpeedLimit=1000',
      'http.lowSpeedTime=20',
      'fetch.recurseSubmodules=false',
    ];
  }
}

/** https://curl.se/libcurl/c/CURLOPT_RESOLVE.html: `host:port:address,[address of IPv6]`. */
const pin = ({ hostname, port }: GitAddress, addresses: readonly string[]): string =>
  `${hostname}:${port}:${addresses.map((ip) => (ip.includes(':') ? `[${ip}]` : ip)).join(',')}`;
