import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { World } from './world/world.js';

export interface EmulatedRequest {
  readonly method: string;
  readonly url: URL;
  readonly body: string;
  readonly headers: IncomingMessage['headers'];
}

export interface EmulatedAnswer {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What goes wrong: an answer instead of the right one, none at all, half of one, or no JSON. */
export type Fault =
  | { readonly status: number; readonly headers?: Record<string, string>; readonly body?: unknown }
  | 'hang'
  | 'cut'
  | 'malformed';

interface PlannedFault {
  readonly fault: Fault;
  readonly when: (request: EmulatedRequest) => boolean;
  times: number;
}

export interface Span {
  readonly begin: number;
  readonly end: number;
}

/** An answer as it goes out. */
interface Written {
  readonly status: number;
  readonly text: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly etag: string;
}

/** No provider is to be asked for more at once with one credential. */
const MAX_IN_FLIGHT = 20;

/** A provider over real HTTP: what every one of them needs to be counted, slowed down and broken. */
export abstract class ProviderEmulator {
  readonly requests: EmulatedRequest[] = [];
  /** Milliseconds before each answer. */
  latency = 0;
  /** Whether what was answered once is answered so again without a thought: for worlds that stay as they are. */
  remembers = false;
  /** The most requests that were in flight at once for one credential. */
  maxInFlight = 0;
  /** How many of the answers were a 304. */
  notModified = 0;
  /** When each request came and was answered, in milliseconds. */
  readonly spans: Span[] = [];
  /** Whether its answers carry ETags. */
  protected readonly tags: boolean = true;
  protected readonly surprises: string[] = [];
  private readonly faults: PlannedFault[] = [];
  private readonly server: Server = createServer();
  private readonly inFlight = new Map<string, number>();
  private readonly remembered = new Map<string, Written>();

  protected constructor(readonly world: World) {
    this.server.on('request', (request, response) => void this.receive(request, response));
  }

  get url(): string {
    return `http://127.0.0.1:${String((this.server.address() as AddressInfo).port)}`;
  }

  /** Calls, queries and answers that the provider's own descriptions do not know. Specs expect none. */
  unexpected(): readonly string[] {
    return this.surprises;
  }

  /** Lets the next requests of a kind meet a fault. */
  fail(fault: Fault, when: PlannedFault['when'] = () => true, times = Infinity): void {
    this.faults.push({ fault, when, times });
  }

  heal(): void {
    this.faults.length = 0;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  protected abstract answer(request: EmulatedRequest): Promise<EmulatedAnswer> | EmulatedAnswer;

  protected async listen(): Promise<this> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  private async receive(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    this.countInFlight(incoming, response);
    let body = '';
    for await (const piece of incoming.setEncoding('utf8')) body += String(piece);
    const { method = '', headers } = incoming;
    const request = { method, url: new URL(incoming.url ?? '', this.url), body, headers };
    this.requests.push(request);
    const begin = performance.now();
    if (this.latency > 0) await sleep(this.latency);
    const planned = this.faults.find(({ when, times }) => times > 0 && when(request));
    if (planned) {
      planned.times -= 1;
      misbehave(planned.fault, response);
      return;
    }
    const written = await this.written(request);
    this.spans.push({ begin, end: performance.now() });
    this.send(response, written, headers['if-none-match']);
  }

  private countInFlight({ headers }: IncomingMessage, response: ServerResponse): void {
    const credential = headers.authorization ?? '';
    const change = (by: number): number => {
      const count = (this.inFlight.get(credential) ?? 0) + by;
      this.inFlight.set(credential, count);
      return count;
    };
    const count = change(1);
    this.maxInFlight = Math.max(this.maxInFlight, count);
    if (count > MAX_IN_FLIGHT) this.surprises.push(`${count} requests at once for one credential`);
    let ended = false;
    const end = (): void => {
      if (!ended) change(-1);
      ended = true;
    };
    response.once('finish', end).once('close', end);
  }

  private async written(request: EmulatedRequest): Promise<Written> {
    const { method, url, body: asked, headers: sent } = request;
    const credential = sent.authorization ?? '';
    const question = [credential, method, url.href, asked].join('\n');
    const known = this.remembers ? this.remembered.get(question) : undefined;
    if (known) return known;
    const { status, body, headers } = await this.answer(request);
    const text = JSON.stringify(body);
    // Which differs by credential.
    const tag = createHash('sha256').update(`${credential} ${text}`).digest('hex');
    const written = { status, text, headers, etag: `W/"${tag}"` };
    if (this.remembers) this.remembered.set(question, written);
    return written;
  }

  /** What was answered before is not sent again to those who name its tag. */
  private send(response: ServerResponse, written: Written, known: string | undefined): void {
    const { status, text, headers, etag } = written;
    const tagged = this.tags && status === 200;
    if (tagged && known === etag) {
      this.notModified += 1;
      response.writeHead(304, { etag, ...headers }).end();
      return;
    }
    write(response, { status, body: text, headers: { ...(tagged && { etag }), ...headers } });
  }
}

function misbehave(fault: Fault, response: ServerResponse): void {
  if (fault === 'hang') return;
  if (fault === 'malformed') {
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"data": [');
    return;
  }
  if (fault === 'cut') {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
    response.write('{"data"', () => response.destroy());
    return;
  }
  const { status, headers, body = { message: 'A fault' } } = fault;
  write(response, { status, headers, body: JSON.stringify(body) });
}

function write(
  response: ServerResponse,
  { status, body, headers }: EmulatedAnswer & { readonly body: string },
): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers });
  response.end(body);
}
