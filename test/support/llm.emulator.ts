import { once } from 'node:events';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

import { Chance } from './chance.js';
import { contentBlocks, type StreamEvent } from './llm.blocks.js';
import { plant } from './logs/planted.js';
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
  /** Null: it ends without a reason. */
  readonly stopReason?: string | null;
  /** Of a refusal (https://platform.claude.com/docs/en/test-and-evaluate/strengthen-guardrails/handle-streaming-refusals). */
  readonly stopDetails?: Readonly<Record<string, unknown>>;
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
  /** What the API says beside; the server may read it, but neither log nor pass it on. */
  readonly message?: string;
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

/**
 * A real HTTP server that answers `POST /v1/messages` and its `/count_tokens` as the Messages API does:
 * its content blocks come in any order that streams have ({@link contentBlocks}), by the seed of the run.
 */
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
    // Each request has its own chance, so that no timing changes what it is.
    const chance = new Chance(`message ${String(index)}`);
    if (body.stream) await stream(response, reply, body.model, chance);
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

/** https://docs.claude.com/en/api/errors */
const fail = (response: ServerResponse, failure: LlmFailure): void => {
  const { status, type, headers, message = `The body of an emulated ${type}` } = failure;
  plant(message);
  const error = { type: 'error', error: { type, message }, request_id: REQUEST_ID };
  sendJson(response, status, error, { 'request-id': REQUEST_ID, ...headers });
};

const REQUEST_ID = 'req_011EmulatedRequest';

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
  chance: Chance,
): Promise<void> => {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const pause = (milliseconds: number): Promise<void> =>
    sleep(milliseconds, undefined, { signal: gone.signal });

  try {
    await pause(reply.firstTokenDelay ?? 0);
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const [event, data] of eventsOf(reply, model, chance)) {
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
  if (reply.end === 'garbled') {
    plant('<p>the body of a gateway</p>');
    response.write('event: content_block_delta\ndata: <p>the body of a gateway</p>\n\n');
  }
  if (reply.end === 'cut') {
    // What was written must have left before the connection breaks.
    response.write(': cut\n\n', () => setImmediate(() => response.destroy()));
    return;
  }
  response.end();
};

function* eventsOf(reply: LlmMessage, model: string, chance: Chance): Generator<StreamEvent> {
  const { steps, end = 'complete', stopReason = 'end_turn' } = reply;
  const { inputTokens = 100, outputTokens = 20, cachedTokens = 0 } = reply;

  const usage = {
    input_tokens: inputTokens,
    cache_read_input_tokens: cachedTokens,
    output_tokens: 1,
  };
  yield ['message_start', { message: { ...messageOf(model), stop_reason: null, usage } }];

  yield* contentBlocks(steps, chance);
  if (typeof end === 'object') {
    const message = `The body of an emulated event ${end.error}`;
    plant(message);
    yield ['error', { error: { type: end.error, message } }];
  }
  if (end !== 'complete') return;
  const delta = { stop_reason: stopReason, stop_sequence: null, stop_details: reply.stopDetails };
  yield ['message_delta', { delta, usage: { output_tokens: outputTokens } }];
  yield ['message_stop', {}];
}
