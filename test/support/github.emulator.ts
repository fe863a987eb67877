import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { graphqlAnswer, type GraphqlRequest, violationOfQuery } from './github/graphql.js';
import { violationOf } from './github/openapi.js';
import { restAnswer } from './github/rest.js';
import type { GithubWorld } from './github/world.js';

export interface EmulatedRequest {
  readonly method: string;
  readonly url: URL;
  readonly body: string;
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

/** GitHub's REST and GraphQL over real HTTP, from a world. It says what nobody expected. */
export class GithubEmulator {
  static readonly TOKEN = 'ghp_emulated';

  readonly requests: EmulatedRequest[] = [];
  /** Milliseconds before each answer. */
  latency = 0;
  /** The most requests that were in flight at once. */
  maxInFlight = 0;
  /** On every answer to a token's holder. */
  headers: Record<string, string> = {
    'x-oauth-scopes': 'repo, read:org, user:email',
    'x-ratelimit-limit': '5000',
    'x-ratelimit-remaining': '4999',
    'x-ratelimit-reset': '4102444800',
  };
  private readonly surprises: string[] = [];
  private readonly faults: PlannedFault[] = [];
  private inFlight = 0;

  private constructor(
    readonly world: GithubWorld,
    private readonly server: Server,
  ) {}

  static async start(world: GithubWorld): Promise<GithubEmulator> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const emulator = new GithubEmulator(world, server);
    server.on('request', (request, response) => void emulator.receive(request, response));
    return emulator;
  }

  get url(): string {
    return `http://127.0.0.1:${String((this.server.address() as AddressInfo).port)}`;
  }

  /** Calls, queries and answers that GitHub's own descriptions do not know. Specs expect none. */
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

  private async receive(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    this.inFlight += 1;
    this.maxInFlight = Math.max(this.maxInFlight, this.inFlight);
    response.once('close', () => (this.inFlight -= 1));
    let body = '';
    for await (const piece of incoming.setEncoding('utf8')) body += String(piece);
    const request = {
      method: incoming.method ?? '',
      url: new URL(incoming.url ?? '', this.url),
      body,
    };
    this.requests.push(request);
    if (this.latency > 0) await sleep(this.latency);
    const planned = this.faults.find(({ when, times }) => times > 0 && when(request));
    if (planned) {
      planned.times -= 1;
      misbehave(planned.fault, response);
      return;
    }
    await this.answer(request, incoming.headers.authorization, response);
  }

  private async answer(
    request: EmulatedRequest,
    authorization: string | undefined,
    response: ServerResponse,
  ): Promise<void> {
    if (authorization !== `token ${GithubEmulator.TOKEN}`) {
      send(response, 401, { message: 'Bad credentials' });
      return;
    }
    if (request.method === 'POST' && request.url.pathname === '/graphql') {
      const asked = JSON.parse(request.body) as GraphqlRequest;
      const violation = violationOfQuery(asked);
      if (violation) this.surprises.push(violation);
      send(response, 200, await graphqlAnswer(this.world, asked, this.url), this.headers);
      return;
    }
    const rest = request.method === 'GET' ? restAnswer(this.world, request.url) : undefined;
    if (!rest) {
      this.surprises.push(`${request.method} ${request.url.href}`);
      send(response, 404, { message: 'Not Found' });
      return;
    }
    const violation = rest.status === 200 && violationOf(request.url.pathname, rest.body);
    if (violation) this.surprises.push(`${request.url.pathname} answered ${violation}`);
    send(response, rest.status, rest.body, { ...this.headers, ...rest.headers });
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
  send(response, fault.status, fault.body ?? { message: 'A fault' }, fault.headers);
}

function send(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  const type = { 'content-type': 'application/json; charset=utf-8' };
  response.writeHead(status, { ...type, ...headers }).end(JSON.stringify(body));
}
