import { setTimeout as sleep } from 'node:timers/promises';
import { type Dispatcher, fetch } from 'undici';
import { DomainError } from '../../errors/domain.error.js';
import type { Answer } from './answer.js';
import { BodyTooLargeError, readBody } from './body.reader.js';
import { networkError, refusalIn } from './network.error.js';
import type { OutboundLimits } from './outbound.limits.js';
import type { OutboundTarget, PendingRequest } from './outbound-target.js';
import { isRateLimited, retryAfter, retryTimeOf } from './rate-limit.js';
import { PROVIDER_TITLES } from '../connection.js';
import type { Semaphore } from '../semaphore.js';
import { observed } from './outbound.channel.js';

/** A hanging server is asked once more and no oftener: each attempt costs the whole time-out. */
const MAX_ATTEMPTS_IN_VAIN = 2;

/** One call with all its attempts. A place is held while a request runs, not between. */
export class OutboundCall {
  private attempts = 0;
  private paused = 0;

  constructor(
    private readonly target: OutboundTarget,
    private readonly request: PendingRequest,
    private readonly dispatcher: Dispatcher,
    private readonly limits: OutboundLimits,
  ) {}

  async send(url: URL, semaphore: Semaphore): Promise<Answer> {
    for (;;) {
      this.attempts += 1;
      const askedAt = performance.now();
      const outcome = await semaphore
        .run(this.request.signal, () => this.follow(url, performance.now() - askedAt))
        .catch((error: unknown) => this.failure(error));
      if (outcome instanceof DomainError) await this.pauseAfterFailure(outcome);
      else if (this.isTooMuch(outcome)) await this.pauseAsAsked(outcome);
      else if (outcome.status >= 500) await this.pauseAfterFault(outcome);
      else return outcome;
    }
  }

  /** Follows redirects within the origin, as renamed repositories give them; never to another one. */
  private async follow(start: URL, waitedMilliseconds: number): Promise<Answer> {
    let url = start;
    for (let redirects = 0; redirects <= this.limits.maxRedirects; redirects += 1) {
      const from = url;
      const request = {
        provider: this.target.provider,
        method: this.request.method ?? 'GET',
        waitedMilliseconds: redirects === 0 ? waitedMilliseconds : 0,
      };
      const answer = await observed(request, this.request.signal, () => this.attempt(from));
      const location = answer.headers.get('location');
      if (!this.isSafe || !isRedirect(answer.status) || !location) return answer;
      url = new URL(location, url);
      if (url.origin !== start.origin) throw this.problem('pointed to another host');
    }
    throw this.problem('redirected too often');
  }

  private async attempt(url: URL): Promise<Answer> {
    const { method, headers, body, signal } = this.request;
    const response = await fetch(url, {
      method,
      headers: { 'user-agent': 'git-recap', ...Object.fromEntries(new Headers(headers)) },
      body,
      signal,
      redirect: 'manual',
      dispatcher: this.dispatcher,
    });
    return {
      status: response.status,
      headers: new Headers([...response.headers]),
      body: await readBody(response, this.limits.maxBodySize),
    };
  }

  private get isSafe(): boolean {
    return ['GET', 'HEAD'].includes(this.request.method?.toUpperCase() ?? 'GET');
  }

  /** GET and HEAD change nothing, so sending them again is safe; of a POST only its sender can know. */
  private get mayRepeat(): boolean {
    return this.request.repeatable ?? this.isSafe;
  }

  private isTooMuch(answer: Answer): boolean {
    return isRateLimited(answer) || this.target.isRateLimited?.(answer) === true;
  }

  private failure(error: unknown): DomainError {
    const refusal = refusalIn(error);
    if (refusal) throw refusal;
    this.request.signal.throwIfAborted();
    if (error instanceof BodyTooLargeError) throw this.problem('sent too large an answer');
    return networkError(PROVIDER_TITLES[this.target.provider], error);
  }

  private async pauseAfterFailure(failure: DomainError): Promise<void> {
    const inVain = failure.code === 'provider_timeout' && this.attempts >= MAX_ATTEMPTS_IN_VAIN;
    if (!this.mayRepeat || inVain || !(await this.pause(this.backOff()))) throw failure;
  }

  private async pauseAfterFault({ status, headers }: Answer): Promise<void> {
    const now = Date.now();
    const until = retryAfter(headers, now);
    const length = Math.max(until === undefined ? 0 : until - now, this.backOff());
    if (this.mayRepeat && (await this.pause(length))) return;
    const code = status === 504 ? 'provider_timeout' : 'provider_failed';
    throw new DomainError(code, `${PROVIDER_TITLES[this.target.provider]} answered ${status}`);
  }

  /** The provider did not act on the request, so this one may be repeated whatever its method. */
  private async pauseAsAsked(answer: Answer): Promise<void> {
    const now = Date.now();
    const retryAt = retryTimeOf(answer.headers, now);
    if (await this.pause(retryAt.getTime() - now + this.backOff())) return;
    const detail = `${PROVIDER_TITLES[this.target.provider]} has had too many requests for this credential`;
    throw new DomainError('provider_rate_limited', detail, { retryAt });
  }

  /** Jitter, so that requests that failed together don't come back together. */
  private backOff(): number {
    return this.limits.firstPause * 2 ** (this.attempts - 1) * (0.5 + Math.random());
  }

  /** Milliseconds. @returns false, at once, where this call has no attempt or no patience left. */
  private async pause(length: number): Promise<boolean> {
    if (this.attempts >= this.limits.maxAttempts) return false;
    if (this.paused + length > this.limits.maxPause) return false;
    this.paused += length;
    await sleep(length, undefined, { signal: this.request.signal });
    return true;
  }

  private problem(what: string): DomainError {
    return new DomainError('provider_failed', `${PROVIDER_TITLES[this.target.provider]} ${what}`);
  }
}

function isRedirect(status: number): boolean {
  return [301, 302, 303, 307, 308].includes(status);
}
