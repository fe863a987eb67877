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

/** A provider over real HTTP: what every one of them needs to be counted, slowed down and broken. */
export abstract class ProviderEmulator {
  readonly requests: EmulatedRequest[] = [];
  /** Milliseconds before each answer. */
  latency = 0;
  /** The most requests that were in flight at once. */
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
  private inFlight = 0;

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
    this.inFlight += 1;
    this.maxInFlight = Math.max(this.maxInFlight, this.inFlight);
    response.once('close', () => (this.inFlight -= 1));
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
    const answer = await this.answer(request);
    this.spans.push({ begin, end: performance.now() });
    this.send(response, answer, headers);
  }

  /** What was answered before is not sent again to those who name its tag, which differs by credential. */
  private send(
    response: ServerResponse,
    { status, body, headers }: EmulatedAnswer,
    asked: IncomingMessage['headers'],
  ): void {
    const text = JSON.stringify(body);
    const tagged = createHash('sha256').update(`${asked.authorization ?? ''} ${text}`);
    const etag = `W/"${tagged.digest('hex')}"`;
    if (this.tags && status === 200 && asked['if-none-match'] === etag) {
      this.notModified += 1;
      response.writeHead(304, { etag, ...headers }).end();
      return;
    }
    write(response, {
      status,
      body: text,
      headers: { ...(this.tags && status === 200 && { etag }), ...headers },
    });
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
