import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { GitApi } from 'azure-devops-node-api/GitApi.js';
import { DomainError } from '../../errors/domain.error.js';
import type { OutboundHttp } from '../http/outbound-http.js';
import type { OutboundFetch } from '../http/outbound-target.js';
import { retryAfter } from '../http/rate-limit.js';
import type { AzureDevopsAccess } from './azure-devops.api.js';
import { problemOf } from './azure-devops.error.js';
import type { ResourceLocations } from './resource.locations.js';

type SdkClient = GitApi['rest']['client'];
type SdkRequest = Parameters<SdkClient['requestRaw']>;
type SdkResponse = Awaited<ReturnType<SdkClient['requestRaw']>>;

/** Milliseconds, of one reading in all; whoever is asked to wait longer is told when to come back. */
const MAX_WAIT = 20_000;

/**
 * What the SDK sends its requests with. Its own client would know neither the signal nor the limits
 * of the way out, make `null` of a 404 and of half an answer, and take a page to sign in with for one.
 */
export class AzureDevopsTransport {
  private readonly fetch: OutboundFetch;
  private readonly authorization: string;
  private readonly areas = new Map<string, Promise<string>>();
  private notBefore = 0;
  /** Until when it has been waited already, and how long that was. */
  private waitedUntil = 0;
  private waited = 0;

  constructor(
    http: OutboundHttp,
    { baseUrl, token = '' }: AzureDevopsAccess,
    private readonly locations: ResourceLocations,
    private readonly signal: AbortSignal,
  ) {
    this.fetch = http.fetchFor({ provider: 'azure-devops', baseUrl, credential: token });
    this.authorization = `Basic ${Buffer.from(`:${token}`).toString('base64')}`;
  }

  /** Takes the place of the client's own `requestRaw`, through which all of its requests go. */
  carry(client: SdkClient): void {
    client.requestRaw = async (...request) => sdkResponse(await this.answer(...request));
  }

  private async answer(info: SdkRequest[0], data: SdkRequest[1]): Promise<string> {
    if (info.options.method !== 'OPTIONS') return this.exchange(info, data);
    const { href } = info.parsedUrl;
    const known = this.locations.get(href);
    if (known !== undefined) return known;
    // The SDK itself asks once more for every call that begins before the first answer is here.
    const asking = this.areas.get(href) ?? this.exchange(info, data);
    this.areas.set(href, asking);
    const answer = await asking;
    this.locations.set(href, answer);
    return answer;
  }

  private async exchange({ options, parsedUrl }: SdkRequest[0], data: SdkRequest[1]) {
    await this.waitAsAsked();
    const response = await this.fetch(parsedUrl, {
      method: options.method,
      headers: {
        ...textHeaders(options.headers),
        authorization: this.authorization,
        // As Microsoft's own clients say that they can do nothing with a page to sign in with.
        'x-tfs-fedauthredirect': 'Suppress',
      },
      body: typeof data === 'string' ? data : null,
      signal: this.signal,
      // Nothing we ask changes anything: work items are queried by POST, resources by OPTIONS.
      repeatable: true,
    });
    this.noteDelay(response.headers);
    const problem = problemOf(response);
    if (problem) throw problem;
    return response.text();
  }

  /**
   * Near its limits Azure DevOps answers late and says in `retry-after`, with a good answer too, how
   * long to leave it alone (https://learn.microsoft.com/azure/devops/integrate/concepts/rate-limits).
   */
  private noteDelay(headers: Headers): void {
    const now = Date.now();
    const length = (retryAfter(headers, now) ?? now) - now;
    this.notBefore = Math.max(this.notBefore, performance.now() + length);
  }

  private async waitAsAsked(): Promise<void> {
    const now = performance.now();
    const wait = this.notBefore - now;
    if (wait <= 0) return;
    // What is asked side by side waits side by side.
    this.waited += Math.max(0, this.notBefore - Math.max(now, this.waitedUntil));
    this.waitedUntil = Math.max(this.waitedUntil, this.notBefore);
    if (this.waited > MAX_WAIT) {
      const detail = 'Azure DevOps has had too many requests for this credential';
      throw new DomainError('provider_rate_limited', detail, {
        retryAt: new Date(Date.now() + wait),
      });
    }
    await sleep(wait, undefined, { signal: this.signal });
  }
}

function textHeaders(headers: SdkRequest[0]['options']['headers']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers ?? {}).map(([name, value]) => [name, String(value)]),
  );
}

/** The body has been read and the status judged, so this is all that is left to tell the SDK. */
function sdkResponse(body: string): SdkResponse {
  const message = new IncomingMessage(new Socket());
  message.statusCode = 200;
  return { message, readBody: () => Promise.resolve(body) };
}
