import type { RawMessageStreamEvent, StopReason } from '@anthropic-ai/sdk/resources/messages';
import {
  Injectable,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';

import { Environment } from '../../../config/environment.js';
import { DomainError } from '../../../errors/domain.error.js';
import { describeNothing } from '../heading.js';
import {
  type QuestionJob,
  type RecapJob,
  RecapWriter,
  type WriterEvent,
  type Written,
} from '../recap.writer.js';
import type { Block } from './block.js';
import { Continuation } from './continuation.js';
import { explainFailure } from './failure.js';
import { MessagesClient } from './messages.client.js';
import { goOn, streamed } from './prompt.js';
import { ReplyParser } from './reply.parser.js';
import { Said } from './said.js';
import { type Task, Tasks } from './tasks.js';
import { UsageMeter } from './usage.meter.js';

export interface AnthropicWriterOptions {
  /** How long the model may say nothing; a ping is not a word. Default ANTHROPIC_IDLE_SECONDS. */
  readonly idleMilliseconds?: number;
  /** The pause before the first retry; each further one is twice as long. Default 500. */
  readonly retryMilliseconds?: number;
}

/** Failures in a row, without a word between them, until the reply is given up. */
const TRIES = 4;
/** How often one reply is asked for at all. */
const REQUESTS = 12;
/** When the server is up, and whoever started it has seen so. */
const WARM_UP_MILLISECONDS = 2_000;
const LONGEST_WAIT_MILLISECONDS = 10_000;
const NOTHING_WRITTEN: Written = { text: '', citations: [], pending: [] };

/**
 * Writes with a language model over Anthropic's Messages API, each bullet with its citations. A
 * request that fails before the first word is made again; one that breaks off later is gone on with
 * where it broke off, here or on another pod.
 */
@Injectable()
export class AnthropicWriter
  extends RecapWriter
  implements OnApplicationBootstrap, OnApplicationShutdown
{
  private warmUp?: NodeJS.Timeout;
  private readonly retryMilliseconds: number;
  private readonly client: MessagesClient;
  private readonly tasks: Tasks;

  constructor(
    private readonly environment: Environment,
    {
      idleMilliseconds = environment.ANTHROPIC_IDLE_SECONDS * 1_000,
      retryMilliseconds = 500,
    }: AnthropicWriterOptions = {},
  ) {
    super();
    this.retryMilliseconds = retryMilliseconds;
    this.client = new MessagesClient(environment, idleMilliseconds);
    this.tasks = new Tasks(environment, this.client);
  }

  /** A reply taken over from a pod that died should not wait for a library to load. */
  onApplicationBootstrap(): void {
    const warmUp = (): void => void this.client.warmUp();
    this.warmUp = setTimeout(warmUp, WARM_UP_MILLISECONDS).unref();
  }

  async onApplicationShutdown(): Promise<void> {
    clearTimeout(this.warmUp);
    await this.client.close();
  }

  override async *write(
    job: RecapJob,
    signal: AbortSignal,
    written: Written = NOTHING_WRITTEN,
  ): AsyncGenerator<WriterEvent> {
    signal.throwIfAborted();
    const meter = this.meter();
    if (job.actions.length === 0) {
      if (written.text === '') yield { kind: 'text', text: `${describeNothing(job)}\n` };
      yield {
        kind: 'end',
        stopReason: 'end',
        usage: meter.usage(this.environment.ANTHROPIC_MODEL),
        bullets: 0,
        uncited: [],
      };
      return;
    }
    const said = new Said(written.text, written, true);
    yield* this.perform(yield* this.tasks.recap(job, meter, signal), said, meter, signal);
  }

  override async *answer(
    job: QuestionJob,
    signal: AbortSignal,
    written: Written = NOTHING_WRITTEN,
  ): AsyncGenerator<WriterEvent> {
    signal.throwIfAborted();
    const meter = this.meter();
    const said = new Said(written.text, written, false);
    yield* this.perform(yield* this.tasks.question(job, meter, signal), said, meter, signal);
  }

  override estimate(job: RecapJob | QuestionJob): number {
    if (job.actions.length === 0 && !('question' in job)) return 0;
    return this.tasks.estimate(job) + this.environment.ANTHROPIC_MAX_TOKENS;
  }

  /** Has the task done to its end, in as many requests as it takes. */
  private async *perform(
    task: Task,
    said: Said,
    meter: UsageMeter,
    signal: AbortSignal,
  ): AsyncGenerator<WriterEvent> {
    yield { kind: 'progress', stage: 'writing', done: said.count, total: task.bullets };
    let stopReason: StopReason | null = null;
    for (let failures = 0, requests = 1; !isComplete(said, task); requests += 1) {
      const { length } = said;
      try {
        stopReason = yield* this.attempt(task, said, meter, signal);
        break;
      } catch (error) {
        signal.throwIfAborted();
        failures = said.length > length ? 1 : failures + 1;
        if (failures >= TRIES || requests >= REQUESTS) throw (await explainFailure(error)).error;
        await this.waitToRetry(error, failures, signal);
      }
    }
    yield* said.tell(citations(said));
    if (said.count === 0) {
      throw new DomainError('writer_failed', 'The language model gave no recap of these actions.');
    }
    yield {
      kind: 'end',
      stopReason: isCut(stopReason) ? 'length' : 'end',
      usage: meter.usage(this.environment.ANTHROPIC_MODEL),
      bullets: said.count,
      uncited: said.uncited,
      ...task.remarks,
    };
  }

  /** One request: what it says behind what was said. @returns why it stopped. */
  private async *attempt(
    task: Task,
    said: Said,
    meter: UsageMeter,
    signal: AbortSignal,
  ): AsyncGenerator<WriterEvent, StopReason | null> {
    const { ANTHROPIC_MODEL, ANTHROPIC_MAX_TOKENS } = this.environment;
    // Whoever wrote the last bullet may not have come to cite it.
    if (!said.isOpen) yield* said.tell(citations(said));
    const parser = new ReplyParser(task.bullets, said);
    const continuation = new Continuation(said.bullets);
    const prompt = goOn(task.prompt, said.bullets);
    const request = streamed(prompt, ANTHROPIC_MODEL, ANTHROPIC_MAX_TOKENS);
    let heading = said.isSilent ? task.heading : '';
    let stopReason: StopReason | null = null;
    meter.begin(ANTHROPIC_MODEL);
    for await (const event of this.client.stream(request, signal)) {
      meter.read(event);
      if (event.type === 'message_delta') stopReason = event.delta.stop_reason ?? stopReason;
      for (const spoken of hear(event, parser, continuation, task.blocks)) {
        if (heading) yield* said.tell([{ kind: 'text', text: heading }]);
        heading = '';
        yield* said.tell([spoken]);
      }
    }
    yield* said.tell(parser.text(continuation.end()));
    yield* said.tell(parser.end());
    return stopReason;
  }

  /** @throws DomainError when there is no use in trying again, or not for long. */
  private async waitToRetry(error: unknown, failures: number, signal: AbortSignal): Promise<void> {
    const failure = await explainFailure(error);
    const { retryAfter } = failure;
    if (!failure.transient || (retryAfter ?? 0) > LONGEST_WAIT_MILLISECONDS) throw failure.error;
    // Replies that were refused together are told the same time to come back: they should not all.
    const pause = (0.5 + Math.random()) * this.retryMilliseconds;
    const wait = retryAfter === undefined ? pause * 2 ** (failures - 1) : retryAfter + pause;
    await sleep(wait, undefined, { signal }).catch(() => signal.throwIfAborted());
  }

  private meter(): UsageMeter {
    return new UsageMeter(this.environment.ANTHROPIC_PRICES);
  }
}

/** What the last bullet still has to be cited with. */
const citations = (said: Said): WriterEvent[] =>
  said.uncitedOfLast.map((actionId) => ({ kind: 'citation', bullet: said.count, actionId }));

/** Whether another pod had come to the last character already. */
const isComplete = (said: Said, task: Task): boolean => said.count >= task.bullets && !said.isOpen;

const isCut = (stopReason: StopReason | null): boolean =>
  stopReason === 'max_tokens' || stopReason === 'model_context_window_exceeded';

/** What an event says; events and deltas that are not known say nothing. */
function* hear(
  event: RawMessageStreamEvent,
  parser: ReplyParser,
  continuation: Continuation,
  blocks: readonly Block[],
): Generator<WriterEvent> {
  if (event.type !== 'content_block_delta') return;
  const { delta } = event;
  if (delta.type === 'text_delta') yield* parser.text(continuation.push(delta.text));
  if (delta.type !== 'citations_delta' || delta.citation.type !== 'content_block_location') return;

  const { document_index, start_block_index, end_block_index } = delta.citation;
  if (document_index !== 0) return;
  for (const { actions } of blocks.slice(Math.max(0, start_block_index), end_block_index)) {
    for (const { id } of actions) parser.cite(id);
  }
}
