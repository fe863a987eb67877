import { connect } from 'node:tls';
import { isIP } from 'node:net';
import { Injectable } from '@nestjs/common';
import { DomainError } from '../../errors/domain.error.js';
import { RecentlyUsed } from '../../state/recently-used.js';
import type { AdmittedAddress } from './git.gate.js';

/** Milliseconds a host has for the TCP connection and the TLS handshake: git would wait for minutes. */
const CONNECT_TIMEOUT = 5_000;
const REMEMBERED_FOR = 60_000;
const MAX_REMEMBERED = 10_000;

/**
 * Hosts that let us wait, remembered for a minute, in which nobody waits for them again. One that does
 * not even connect is left alone altogether, one that connects only at the address that it was silent
 * at: else a single large repository would make a whole host unreachable for everybody.
 */
@Injectable()
export class SilentHosts {
  /** Until when (milliseconds of `performance.now()`), by host or URL. */
  private readonly silentUntil = new RecentlyUsed<number>(MAX_REMEMBERED);

  /**
   * Speaks with a host, and gives up when it does not connect within 5 s; git has no such limit of its
   * own, so a connection beside git's tells. @throws DomainError `provider_timeout` with `retryAt`.
   */
  async speak<T>(
    admitted: AdmittedAddress,
    signal: AbortSignal,
    task: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    this.refuse(admitted);
    const { host } = admitted.address;
    const silence = new AbortController();
    const stop = watchConnecting(admitted, () => silence.abort(this.remember(host, host)));
    try {
      return await task(AbortSignal.any([signal, silence.signal]));
    } finally {
      stop();
    }
  }

  /** @throws DomainError `provider_timeout` with `retryAt` if the address was silent a moment ago. */
  refuse({ address: { host, url } }: AdmittedAddress): void {
    for (const name of [host, url]) {
      const until = this.silentUntil.get(name);
      if (until !== undefined && performance.now() < until) throw silent(host, until);
    }
  }

  /** A host that connected did not answer a short question. @returns what to tell. */
  rememberSilence({ address: { host, url } }: AdmittedAddress): DomainError {
    return this.remember(url, host);
  }

  private remember(name: string, host: string): DomainError {
    const until = performance.now() + REMEMBERED_FOR;
    this.silentUntil.set(name, until, 1);
    return silent(host, until);
  }
}

const silent = (host: string, until: number): DomainError =>
  new DomainError(
    'provider_timeout',
    `The host ${host} does not answer. It is asked again a minute later; check the address meanwhile.`,
    { retryAt: new Date(Date.now() + until - performance.now()) },
  );

/** Calls back if no TLS connection came about in time. A refusal is an answer: git tells what it means. */
function watchConnecting(
  { address, addresses }: AdmittedAddress,
  onSilence: () => void,
): () => void {
  const { hostname, port } = address;
  const answers = addresses.map((ip) => ({ address: ip, family: isIP(ip) }));
  const socket = connect({
    host: hostname,
    port,
    ...(isIP(hostname) === 0 && { servername: hostname }),
    // The addresses that the gate looked at, and no others.
    lookup: (_, { all }, done) => {
      const [first = { address: '', family: 0 }] = answers;
      if (all) done(null, answers);
      else done(null, first.address, first.family);
    },
  });
  const timer = setTimeout(() => {
    socket.destroy();
    onSilence();
  }, CONNECT_TIMEOUT);
  const stop = (): void => {
    clearTimeout(timer);
    socket.destroy();
  };
  socket.once('secureConnect', stop);
  socket.on('error', stop);
  return stop;
}
