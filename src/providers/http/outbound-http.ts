import { createHash } from 'node:crypto';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { Dispatcher } from 'undici';
import { Environment } from '../../config/environment.js';
import { DomainError } from '../../errors/domain.error.js';
import { PROVIDER_TITLES } from '../connection.js';
import { HostResolver } from '../host.resolver.js';
import type { Answer } from './answer.js';
import { EtagCache } from './etag.cache.js';
import { OutboundCall } from './outbound-call.js';
import { outboundDispatcher } from './outbound.dispatcher.js';
import { OutboundLimits } from './outbound.limits.js';
import type {
  OutboundFetch,
  OutboundRequest,
  OutboundTarget,
  PendingRequest,
} from './outbound-target.js';
import { publicLookup } from './public.lookup.js';
import { Semaphore } from '../semaphore.js';
import { withTimeout } from '../../state/with-timeout.js';

/** An answer with one of these must have no body (https://fetch.spec.whatwg.org/#null-body-status). */
const WITHOUT_BODY = [204, 205, 304];

/**
 * The one way out to the providers. Connections are kept alive and bounded by origin, requests in
 * flight by origin and credential, time and size by {@link OutboundLimits}; what is known is asked
 * for with its ETag.
 */
@Injectable()
export class OutboundHttp implements OnApplicationShutdown {
  private readonly dispatcher: Dispatcher;
  private readonly semaphores = new Map<string, Semaphore>();
  private readonly answers: EtagCache;

  constructor(
    private readonly limits: OutboundLimits,
    environment: Environment = new Environment(),
    resolver: HostResolver = new HostResolver(),
  ) {
    this.dispatcher = outboundDispatcher(limits, environment, publicLookup(environment, resolver));
    this.answers = new EtagCache(limits);
  }

  /**
   * A `fetch` to hand to a provider's SDK. It retries what may be retried, so the SDK must not.
   * Statuses below 500 are answers, as with any `fetch`. It throws `DomainError`:
   * `provider_rate_limited` with `retryAt`, `provider_timeout`, `provider_failed` (no connection,
   * 5xx, too large, redirected elsewhere), `host_refused` (by its IP addresses), and the signal's reason on abort.
   */
  fetchFor(target: OutboundTarget): OutboundFetch {
    return (input, init = {}) => this.fetch(target, new URL(input), init);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.dispatcher.destroy();
  }

  private async fetch(target: OutboundTarget, url: URL, init: OutboundRequest): Promise<Response> {
    if (url.origin !== new URL(target.baseUrl).origin) {
      throw new DomainError(
        'provider_failed',
        `${PROVIDER_TITLES[target.provider]} pointed to another host`,
      );
    }
    const { totalTimeout } = this.limits;
    return withTimeout(totalTimeout, init.signal ?? undefined, async (signal, deadline) => {
      try {
        const answer = await this.answers.ask(target, url, { ...init, signal }, (request) =>
          this.send(target, url, request),
        );
        const body = WITHOUT_BODY.includes(answer.status) ? null : answer.body;
        return new Response(body, { status: answer.status, headers: answer.headers });
      } catch (error) {
        init.signal?.throwIfAborted();
        if (error instanceof DomainError || !deadline.aborted) throw error;
        const detail = `${PROVIDER_TITLES[target.provider]} did not answer in time`;
        throw new DomainError('provider_timeout', detail, { cause: error });
      }
    });
  }

  private async send(target: OutboundTarget, url: URL, request: PendingRequest): Promise<Answer> {
    const call = new OutboundCall(target, request, this.dispatcher, this.limits);
    return this.throughSemaphore(target, url.origin, (semaphore) => call.send(url, semaphore));
  }

  private async throughSemaphore<T>(
    { credential = '' }: OutboundTarget,
    origin: string,
    task: (semaphore: Semaphore) => Promise<T>,
  ): Promise<T> {
    const key = `${origin} ${createHash('sha256').update(credential).digest('base64url')}`;
    const semaphore = this.semaphores.get(key) ?? new Semaphore(this.limits.maxInFlight);
    this.semaphores.set(key, semaphore);
    try {
      return await task(semaphore);
    } finally {
      if (semaphore.idle && this.semaphores.get(key) === semaphore) this.semaphores.delete(key);
    }
  }
}
