import { once } from 'node:events';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

import { findFault, type MessagesRequest, tokensOf } from './llm.request.js';

/** What the emulator sends: text with its citations in a content block of its own, or something in between. */
export type LlmStep =
  | {
      /** Each string is one delta; a single one is cut into deltas of a few characters. */
      readonly text: string | readonly string[];
      /** Indexes of the cited blocks of the document. */
      readonly cites?: readonly number[];
    }
  | { readonly ping: true }
  /** Any event: unknown ones, or citations of other forms. */
  | { readonly event: string; readonly data: Readonly<Record<string, unknown>> };

/** An answer of status 200, streamed. */
export interface LlmMessage {
  readonly steps: readonly LlmStep[];
  /** Complete by default; else after the last step the connection breaks, falls silent, sends what is no JSON, or an `error` event of this type comes. */
  readonly end?: 'complete' | 'cut' | 'stall' | 'garbled' | { readonly error: string };
  readonly stopReason?: string;
  readonly inputTokens?: number;
  readonly outputTokens?: number;
  /** Input tokens read from the cache, beside the others. */
  readonly cachedTokens?: number;
  /** Milliseconds until the first event. */
  readonly firstTokenDelay?: number;
  /** Deltas a second; absent: as fast as they can be sent. */
  readonly tokensPerSecond?: number;
}

/** An answer of another status. */
export interface LlmFailure {
  readonly status: number;
  readonly type: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export type LlmReply = LlmMessage | LlmFailure;

/** The replies in their order, or a function of the request. */
export type LlmScript = readonly LlmReply[] | ((body: MessagesRequest, index: number) => LlmReply);

export interface LlmRequest {
  readonly headers: IncomingHttpHeaders;
  readonly body: MessagesRequest;
  /** How it ended: the reply was sent to its end, or the client hung up. */
  readonly ended: Promise<'answered' | 'aborted'>;
}

export interface LlmEmulator {
  readonly url: string;
  readonly requests: readonly LlmRequest[];
  /** How often tokens were counted. */
  counts(): number;
  /** What came that should not have: unknown routes, malformed requests, more requests than replies. */
  unexpected(): readonly string[];
  close(): Promise<void>;
}

/** A real HTTP server that answers `POST /v1/messages` and its `/count_tokens` as the Messages API does. */
export const startLlmEmulator = async (script: LlmScript): Promise<LlmEmulator> => {
  const requests: LlmRequest[] = [];
  const unexpected: string[] = [];
  let counts = 0;

  const server = createServer((request, response) => {
    void answer(request, response).catch((error: unknown) => {
      unexpected.push(String(error));
      response.destroy();
    });
  });

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const ended = once(response, 'close').then(() =>
      response.writableFinished ? ('answered' as const) : ('aborted' as const),
    );
    const text = await readBody(request);
    const fault = findFault(request, text);
    if (fault !== undefined) {
      unexpected.push(fault);
      fail(response, { status: 400, type: 'invalid_request_error' });
      return;
    }

    const body = JSON.parse(text) as MessagesRequest;
    if (request.url?.endsWith('/count_tokens')) {
      counts += 1;
      sendJson(response, 200, { input_tokens: tokensOf(body) });
      return;
    }
    const index = requests.push({ headers: request.headers, body, ended }) - 1;
    const reply = typeof script === 'function' ? script(body, index) : script[index];
    if (!reply) {
      unexpected.push(`request ${index + 1} has no reply`);
      fail(response, { status: 500, type: 'api_error' });
      return;
    }
    if ('status' in reply) {
      fail(response, reply);
      return;
    }
    if (body.stream) await stream(response, reply, body.model);
    else await sendWhole(response, reply, body.model);
  };

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    counts: () => counts,
    unexpected: () => unexpected,
    close: async () => {
      if (!server.listening) return;
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
};

const readBody = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
};

const fail = (response: ServerResponse, { status, type, headers }: LlmFailure): void => {
  sendJson(
    response,
    status,
    { type: 'error', error: { type, message: `emulated ${type}` } },
    headers,
  );
};

const sendJson = (
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: LlmFailure['headers'] = {},
): void => {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
};

const sendWhole = async (
  response: ServerResponse,
  {
    steps,
    stopReason = 'end_turn',
    firstTokenDelay = 0,
    inputTokens = 100,
    outputTokens = 20,
  }: LlmMessage,
  model: string,
): Promise<void> => {
  await sleep(firstTokenDelay);
  const text = steps.map((step) => ('text' in step ? [step.text].flat().join('') : '')).join('');
  sendJson(response, 200, {
    ...messageOf(model),
    content: [{ type: 'text', text, citations: null }],
    stop_reason: stopReason,
    usage: { input_tokens: inputTokens, output_tokens: outputTokens },
  });
};

const messageOf = (model: string) => ({
  id: 'msg_emulated',
  type: 'message',
  role: 'assistant',
  model,
  content: [],
  stop_sequence: null,
});

const stream = async (
  response: ServerResponse,
  reply: LlmMessage,
  model: string,
): Promise<void> => {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const pause = (milliseconds: number): Promise<void> =>
    sleep(milliseconds, undefined, { signal: gone.signal });

  try {
    await pause(reply.firstTokenDelay ?? 0);
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const [event, data] of eventsOf(reply, model)) {
      response.write(`event: ${event}\ndata: ${JSON.stringify({ type: event, ...data })}\n\n`);
      if (reply.tokensPerSecond !== undefined && event === 'content_block_delta') {
        await pause(1_000 / reply.tokensPerSecond);
      }
    }
  } catch (error) {
    if (gone.signal.aborted) return;
    throw error;
  }
  if (reply.end === 'stall') return;
  if (reply.end === 'garbled') response.write('event: content_block_delta\ndata: {"type":\n\n');
  if (reply.end === 'cut') {
    // What was written must have left before the connection breaks.
    response.write(': cut\n\n', () => setImmediate(() => response.destroy()));
    return;
  }
  response.end();
};

type StreamEvent = readonly [event: string, data: Readonly<Record<string, unknown>>];

function* eventsOf(reply: LlmMessage, model: string): Generator<StreamEvent> {
  const { steps, end = 'complete', stopReason = 'end_turn' } = reply;
  const { inputTokens = 100, outputTokens = 20, cachedTokens = 0 } = reply;

  const usage = {
    input_tokens: inputTokens,
    cache_read_input_tokens: cachedTokens,
    output_tokens: 1,
  };
  yield ['message_start', { message: { ...messageOf(model), stop_reason: null, usage } }];

  let index = 0;
  for (const step of steps) {
    if ('ping' in step) yield ['ping', {}];
    else if ('event' in step) yield [step.event, step.data];
    else yield* blockOf(step.text, step.cites ?? [], index++);
  }
  if (typeof end === 'object') {
    yield ['error', { error: { type: end.error, message: `emulated ${end.error}` } }];
  }
  if (end !== 'complete') return;
  const delta = { stop_reason: stopReason, stop_sequence: null };
  yield ['message_delta', { delta, usage: { output_tokens: outputTokens } }];
  yield ['message_stop', {}];
}

function* blockOf(
  text: string | readonly string[],
  cites: readonly number[],
  index: number,
): Generator<StreamEvent> {
  yield ['content_block_start', { index, content_block: { type: 'text', text: '' } }];
  const deltas = typeof text === 'string' ? (text.match(/[^]{1,5}/gu) ?? []) : text;
  for (const piece of deltas) {
    yield ['content_block_delta', { index, delta: { type: 'text_delta', text: piece } }];
  }
  for (const cited of cites) {
    const delta = { type: 'citations_delta', citation: citationOf(cited) };
    yield ['content_block_delta', { index, delta }];
  }
  yield ['content_block_stop', { index }];
}

/** A citation of one block of the first document. */
export const citationOf = (block: number): Readonly<Record<string, unknown>> => ({
  type: 'content_block_location',
  cited_text: '',
  document_index: 0,
  document_title: null,
  start_block_index: block,
  end_block_index: block + 1,
});
