import { Injectable } from '@nestjs/common';
import { Environment } from '../../config/environment.js';
import { DomainError } from '../../errors/domain.error.js';
import { withTimeout } from '../../state/with-timeout.js';
import { CertificateAuthorities } from './certificate-authorities.js';
import { type GitAddress, parseGitAddress } from './git.address.js';
import { FairSemaphore } from '../fair.semaphore.js';
import { HostResolver, isSilence, literalAddress } from '../host.resolver.js';
import { isPublicAddress } from '../public-address.js';
import { untilAborted } from '../until-aborted.js';

const ANY_PUBLIC_HOST = '*';
/** Milliseconds. */
const LOOKUP_TIMEOUT = 5_000;
/** Names that are looked up at a time, and of one client. */
const LOOKUPS = 32;
const LOOKUPS_OF_CLIENT = 2;

/** An address that may be read, and the settings that keep git to exactly that. */
export interface AdmittedAddress {
  readonly address: GitAddress;
  /** The IP addresses of its host. */
  readonly addresses: readonly string[];
  readonly settings: readonly string[];
}

/** Decides which addresses git may speak to. Every connection git opens has passed here. */
@Injectable()
export class GitGate {
  private readonly lookups = new FairSemaphore(LOOKUPS, LOOKUPS_OF_CLIENT);

  constructor(
    private readonly environment: Environment,
    private readonly resolver: HostResolver,
    private readonly authorities: CertificateAuthorities,
  ) {}

  /**
   * Throws `clone_disabled`, `clone_refused` (by the URL, by GIT_HOSTS, by the host's IP addresses),
   * `repository_not_found` where the host has no address at all, or `provider_timeout` where nobody says
   * within 5 s whether it has.
   */
  async admit(url: string, client: string, signal: AbortSignal): Promise<AdmittedAddress> {
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
    const addresses = await this.addressesOf(address, client, signal);
    if (!trusted && !addresses.every(isPublicAddress)) {
      throw new DomainError(
        'clone_refused',
        `The host ${address.host} is not on the public internet.`,
      );
    }
    return { address, addresses, settings: await this.settingsFor(address, addresses) };
  }

  private async addressesOf(
    { hostname }: GitAddress,
    client: string,
    signal: AbortSignal,
  ): Promise<readonly string[]> {
    const literal = literalAddress(hostname);
    if (literal !== undefined) return [literal];
    const leave = await this.lookups.enter(client, signal);
    const looking = this.resolver.resolve(hostname).finally(leave);
    const notFound = (cause?: unknown): DomainError =>
      new DomainError('repository_not_found', `The host ${hostname} was not found.`, { cause });
    const found = await withTimeout(LOOKUP_TIMEOUT, signal, (either, timeout) =>
      untilAborted(looking, either).catch((cause: unknown) => {
        signal.throwIfAborted();
        if (!timeout.aborted && !isSilence(cause)) throw notFound(cause);
        const detail = `The name of the host ${hostname} is not answered for in time.`;
        throw new DomainError('provider_timeout', detail, { cause });
      }),
    );
    if (found.length === 0) throw notFound();
    return found;
  }

  private async settingsFor(address: GitAddress, addresses: readonly string[]): Promise<string[]> {
    const authorities = await this.authorities.file();
    return [
      // A redirect could lead past this gate; one is followed by GitHosts, through it.
      'http.followRedirects=false',
      // What the name resolves to for curl must be what was looked at here (DNS rebinding). An address
      // that stands there itself resolves to nothing else: https://github.com/curl/curl/issues/16357
      ...(literalAddress(address.hostname) === undefined
        ? [`http.curloptResolve=${pin(address, addresses)}`]
        : []),
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
