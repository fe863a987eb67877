import type { Anthropic } from '@anthropic-ai/sdk';
import type {
  Message,
  MessageCountTokensParams,
  MessageCreateParamsNonStreaming,
  MessageCreateParamsStreaming,
  RawMessageStreamEvent,
} from '@anthropic-ai/sdk/resources/messages';
import { Agent, fetch } from 'undici';

import type { Environment } from '../../../config/environment.js';
import { DomainError } from '../../../errors/domain.error.js';
import { observedAnswer, observedStream } from '../../../ops/model.channel.js';
import { BrokenStream } from './broken.stream.js';
import { IdleTimer } from './idle.timer.js';

/** What it takes to have a request counted or answered in one piece. */
const WHOLE_ANSWER_MILLISECONDS = 60_000;

/** Anthropic's Messages API (https://docs.claude.com/en/api/messages), without any retry. */
export class MessagesClient {
  private readonly dispatcher = new Agent();
  private client?: Promise<Anthropic>;

  /** @param idleMilliseconds How long a stream may say nothing; a ping is not a word. */
  constructor(
    private readonly environment: Environment,
    private readonly idleMilliseconds: number,
  ) {}

  /**
   * The events of one request up to `message_stop`; it ends with the signal, and by itself when idle.
   * @throws DomainError `writer_timeout` when idle, the signal's reason, or what the SDK throws.
   */
  stream(
    request: MessageCreateParamsStreaming,
    signal: AbortSignal,
  ): AsyncGenerator<RawMessageStreamEvent> {
    return observedStream(request.model, signal, this.events(request, signal));
  }

  private async *events(
    request: MessageCreateParamsStreaming,
    signal: AbortSignal,
  ): AsyncGenerator<RawMessageStreamEvent> {
    const idle = new IdleTimer(this.idleMilliseconds);
    try {
      const client = await this.connect();
      idle.start();
      const both = AbortSignal.any([signal, idle.signal]);
      const events = await client.messages.create(request, { signal: both });
      for await (const event of readable(events)) {
        idle.stop();
        yield event;
        if (event.type === 'message_stop') return;
        idle.start();
      }
      // An aborted stream just ends.
      both.throwIfAborted();
      throw new BrokenStream();
    } catch (error) {
      signal.throwIfAborted();
      if (!idle.signal.aborted) throw error;
      const detail = `The language model said nothing for ${this.idleMilliseconds / 1_000} seconds.`;
      throw new DomainError('writer_timeout', detail, { cause: error });
    } finally {
      idle.stop();
    }
  }

  async complete(request: MessageCreateParamsNonStreaming, signal: AbortSignal): Promise<Message> {
    const client = await this.connect();
    const options = { signal, timeout: WHOLE_ANSWER_MILLISECONDS };
    return observedAnswer(request.model, signal, client.messages.create(request, options));
  }

  /** The input tokens a request would take. */
  async count(request: MessageCountTokensParams, signal: AbortSignal): Promise<number> {
    const client = await this.connect();
    const options = { signal, timeout: WHOLE_ANSWER_MILLISECONDS };
    const { input_tokens } = await client.messages.countTokens(request, options);
    return input_tokens;
  }

  /** Loads what the first request would have to wait for. */
  async warmUp(): Promise<void> {
    await this.connect();
  }

  /** Ends what is under way, once it is loaded. */
  async close(): Promise<void> {
    await this.client?.catch(() => undefined);
    await this.dispatcher.destroy();
  }

  /** Imported late: it takes a tenth of a second that a server need not spend on its start. */
  private connect(): Promise<Anthropic> {
    this.client ??= import('@anthropic-ai/sdk').then(
      ({ Anthropic }) =>
        new Anthropic({
          apiKey: this.environment.ANTHROPIC_API_KEY,
          baseURL: this.environment.ANTHROPIC_BASE_URL,
          maxRetries: 0,
          logLevel: 'off',
          openTelemetry: false,
          // Its connections are to end with the server: those of Node's own fetch cannot be closed.
          fetch: fetch as unknown as typeof globalThis.fetch,
          fetchOptions: { dispatcher: this.dispatcher },
        }),
    );
    return this.client;
  }
}

/** The events of a stream; whatever its reading fails with, but for an answer of the API, is a break. */
async function* readable<T extends { readonly type: string }>(
  events: AsyncIterable<T>,
): AsyncGenerator<T> {
  const { APIError } = await import('@anthropic-ai/sdk');
  const reader = events[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await reader.next().catch((error: unknown) => {
        throw error instanceof APIError ? error : new BrokenStream(error);
      });
      if (next.done) return;
      yield next.value;
    }
  } finally {
    await reader.return?.();
  }
}
