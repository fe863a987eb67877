import type { Anthropic } from '@anthropic-ai/sdk';
import type { RawMessageStreamEvent, StopReason } from '@anthropic-ai/sdk/resources/messages';
import { Injectable } from '@nestjs/common';
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

import { Environment } from '../../../config/environment.js';
import { DomainError } from '../../../errors/domain.error.js';
import { describeNothing, describeRecap } from '../heading.js';
import { RecapWriter, type RecapJob, type WriterEvent, type WriterUsage } from '../recap.writer.js';
import { fitActions, type Selection } from './budget.js';
import { explainFailure } from './failure.js';
import { IdleTimer } from './idle.timer.js';
import { buildRequest, renderAction } from './prompt.js';
import { ReplyParser } from './reply.parser.js';
import { UsageMeter } from './usage.meter.js';

export interface AnthropicWriterOptions {
  /** How long the model may say nothing; a ping is not a word. Default 30,000. */
  readonly idleMilliseconds?: number;
  /** The pause before the first retry; each further one is twice as long. Default 500. */
  readonly retryMilliseconds?: number;
}

/** Retries of a request of which the reader has not yet seen a word. */
const RETRIES = 3;
const LONGEST_WAIT_MILLISECONDS = 10_000;

/** Writes with a language model over Anthropic's Messages API, each bullet with its citations. */
@Injectable()
export class AnthropicWriter extends RecapWriter {
  private readonly idleMilliseconds: number;
  private readonly retryMilliseconds: number;
  private client?: Promise<Anthropic>;

  constructor(
    private readonly environment: Environment,
    { idleMilliseconds = 30_000, retryMilliseconds = 500 }: AnthropicWriterOptions = {},
  ) {
    super();
    this.idleMilliseconds = idleMilliseconds;
    this.retryMilliseconds = retryMilliseconds;
  }

  override async *write(job: RecapJob, signal: AbortSignal): AsyncGenerator<WriterEvent> {
    signal.throwIfAborted();
    if (job.actions.length === 0) {
      yield { kind: 'text', text: `${describeNothing(job)}\n` };
      yield this.ending(new UsageMeter().usage(this.environment.ANTHROPIC_MODEL));
      return;
    }

    yield { kind: 'progress', stage: 'writing', done: 0, total: job.bullets };
    const selection = fitActions(job.actions, renderAction);
    for (let attempt = 0; ; attempt++) {
      let spoken = false;
      try {
        for await (const event of this.attempt(job, selection, signal)) {
          spoken = true;
          yield event;
        }
        return;
      } catch (error) {
        signal.throwIfAborted();
        if (spoken || attempt >= RETRIES) throw (await explainFailure(error)).error;
        await this.waitToRetry(error, attempt, signal);
      }
    }
  }

  /** @throws DomainError when there is no use in trying again, or not for long. */
  private async waitToRetry(error: unknown, attempt: number, signal: AbortSignal): Promise<void> {
    const failure = await explainFailure(error);
    const jitter = 0.5 + Math.random();
    const wait = failure.retryAfter ?? jitter * this.retryMilliseconds * 2 ** attempt;
    if (!failure.transient || wait > LONGEST_WAIT_MILLISECONDS) throw failure.error;
    await sleep(wait, undefined, { signal }).catch(() => signal.throwIfAborted());
  }

  private async *attempt(
    job: RecapJob,
    selection: Selection,
    signal: AbortSignal,
  ): AsyncGenerator<WriterEvent> {
    const parser = new ReplyParser(job.bullets);
    const meter = new UsageMeter();
    const { ANTHROPIC_MODEL } = this.environment;
    let heading = `${this.describe(job, selection)}\n\n`;
    let stopReason: StopReason | null = null;

    for await (const event of this.stream(job, selection, signal)) {
      meter.read(event);
      if (event.type === 'message_delta') stopReason = event.delta.stop_reason ?? stopReason;
      for (const spoken of hear(event, parser, selection)) {
        if (heading) yield { kind: 'text', text: heading };
        heading = '';
        yield spoken;
      }
    }
    yield* parser.end();

    if (parser.bullets === 0) {
      throw new DomainError('writer_failed', 'The language model gave no recap of these actions.');
    }
    yield this.ending(meter.usage(ANTHROPIC_MODEL), parser.uncited, stopReason);
  }

  /** The events of one request up to `message_stop`; the request ends with the signal, and by itself when idle. */
  private async *stream(
    job: RecapJob,
    selection: Selection,
    signal: AbortSignal,
  ): AsyncGenerator<RawMessageStreamEvent> {
    const idle = new IdleTimer(this.idleMilliseconds);
    const nonce = randomBytes(4).toString('hex');
    const request = buildRequest(job, selection, this.environment.ANTHROPIC_MODEL, nonce);
    try {
      this.client ??= this.connect();
      const client = await this.client;
      idle.start();
      const both = AbortSignal.any([signal, idle.signal]);
      for await (const event of await client.messages.create(request, { signal: both })) {
        idle.stop();
        yield event;
        if (event.type === 'message_stop') return;
        idle.start();
      }
      // An aborted stream just ends.
      both.throwIfAborted();
      throw new Error('The stream ended before its message did.');
    } catch (error) {
      signal.throwIfAborted();
      if (!idle.signal.aborted) throw error;
      const detail = `The language model said nothing for ${this.idleMilliseconds / 1_000} seconds.`;
      throw new DomainError('writer_timeout', detail, { cause: error });
    } finally {
      idle.stop();
    }
  }

  /** Imported late: it takes a tenth of a second that a server without recaps need not spend. */
  private async connect(): Promise<Anthropic> {
    const { Anthropic } = await import('@anthropic-ai/sdk');
    return new Anthropic({
      apiKey: this.environment.ANTHROPIC_API_KEY,
      baseURL: this.environment.ANTHROPIC_BASE_URL,
      maxRetries: 0,
      logLevel: 'off',
      openTelemetry: false,
    });
  }

  private describe(job: RecapJob, { leftOut }: Selection): string {
    const notes = leftOut > 0 ? [`${leftOut} of them did not fit and were not read`] : [];
    return describeRecap(job, notes, `written by ${this.environment.ANTHROPIC_MODEL}`);
  }

  private ending(
    usage: WriterUsage,
    uncited: readonly number[] = [],
    stopReason: StopReason | null = null,
  ): WriterEvent {
    const cut = stopReason === 'max_tokens' || stopReason === 'model_context_window_exceeded';
    return { kind: 'end', stopReason: cut ? 'length' : 'end', usage, uncited };
  }
}

/** What an event says; events and deltas that are not known say nothing. */
function* hear(
  event: RawMessageStreamEvent,
  parser: ReplyParser,
  { blocks }: Selection,
): Generator<WriterEvent> {
  if (event.type !== 'content_block_delta') return;
  const { delta } = event;
  if (delta.type === 'text_delta') yield* parser.text(delta.text);
  if (delta.type !== 'citations_delta' || delta.citation.type !== 'content_block_location') return;

  const { document_index, start_block_index, end_block_index } = delta.citation;
  if (document_index !== 0) return;
  for (const { action } of blocks.slice(Math.max(0, start_block_index), end_block_index)) {
    parser.cite(action.id);
  }
}
