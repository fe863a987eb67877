import {
  Injectable,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';

import { Environment } from '../../../config/environment.js';
import { findDoubts } from '../claims/doubts.js';
import { describeNothing } from '../heading.js';
import {
  type QuestionJob,
  type RecapJob,
  RecapWriter,
  type UsageListener,
  type WriterEvent,
  type Written,
} from '../recap.writer.js';
import { type BlockEvent, blockEvents, type MessageStop, stopOf } from './block.events.js';
import { Continuation } from './continuation.js';
import { endingOf, explainSilence, explainStop } from './ending.js';
import { explainFailure, type Failure } from './failure.js';
import { MessagesClient } from './messages.client.js';
import { goOn, streamed } from './prompt.js';
import { ReplyParser } from './reply.parser.js';
import { Said } from './said.js';
import { bytesOf, estimateTokens } from './selection.js';
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
/** Nothing more is to come. */
const COMPLETE: MessageStop = { reason: 'end_turn' };
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
    onUsage?: UsageListener,
  ): AsyncGenerator<WriterEvent> {
    signal.throwIfAborted();
    const meter = this.meter(onUsage, written);
    if (job.actions.length === 0) {
      if (written.text === '') yield { kind: 'text', text: `${describeNothing(job)}\n` };
      yield {
        kind: 'end',
        stopReason: 'end',
        usage: meter.usage(),
        bullets: 0,
        uncited: [],
        doubtful: [],
      };
      return;
    }
    const said = new Said(written.text, written, true);
    const toTask = (tokens: number) => this.tasks.recap(job, tokens, meter, signal);
    yield* this.perform(job, toTask, said, meter, signal);
  }

  override async *answer(
    job: QuestionJob,
    signal: AbortSignal,
    written: Written = NOTHING_WRITTEN,
    onUsage?: UsageListener,
  ): AsyncGenerator<WriterEvent> {
    signal.throwIfAborted();
    const meter = this.meter(onUsage, written);
    const said = new Said(written.text, written, false);
    const toTask = (tokens: number) => this.tasks.question(job, tokens, meter, signal);
    yield* this.perform(job, toTask, said, meter, signal);
  }

  override estimate(job: RecapJob | QuestionJob): number {
    if (job.actions.length === 0 && !('question' in job)) return 0;
    return this.tasks.estimate(job) + this.environment.ANTHROPIC_MAX_TOKENS;
  }

  /** Has the task done to its end, in as many requests as it takes. */
  private async *perform(
    job: RecapJob | QuestionJob,
    toTask: (inputTokens: number) => AsyncGenerator<WriterEvent, Task>,
    said: Said,
    meter: UsageMeter,
    signal: AbortSignal,
  ): AsyncGenerator<WriterEvent> {
    const { ANTHROPIC_INPUT_TOKENS, ANTHROPIC_MAX_TOKENS } = this.environment;
    let task = yield* toTask(ANTHROPIC_INPUT_TOKENS);
    yield { kind: 'progress', stage: 'writing', done: said.count, total: task.bullets };
    let stop: MessageStop = COMPLETE;
    let isShrunk = false;
    for (let failures = 0, requests = 1; !isComplete(said, task); requests += 1) {
      const { length } = said;
      try {
        stop = yield* this.attempt(task, said, meter, signal);
        if (endingOf(stop) !== 'paused') break;
        failures = said.length > length ? 1 : failures + 1;
        if (failures >= TRIES || requests >= REQUESTS) break;
        stop = COMPLETE;
      } catch (error) {
        signal.throwIfAborted();
        const failure = await explainFailure(error);
        if (failure.error.code === 'writer_input_too_long' && !isShrunk) {
          isShrunk = true;
          const asked = Math.min(ANTHROPIC_INPUT_TOKENS, estimateTokens(bytesOf(task.blocks)));
          task = yield* toTask(Math.floor(asked / 2));
          if (task.blocks.length > 0) continue;
          throw failure.error;
        }
        failures = said.length > length ? 1 : failures + 1;
        if (failures >= TRIES || requests >= REQUESTS) throw failure.error;
        await this.waitToRetry(failure, failures, signal);
      }
    }
    yield* said.tell(citations(said));
    const ending = endingOf(stop);
    if (ending === 'paused' || ending === 'unknown') throw explainStop(stop);
    if (said.count === 0) throw explainSilence(ending, stop, ANTHROPIC_MAX_TOKENS);
    yield {
      kind: 'end',
      stopReason: ending,
      usage: meter.usage(),
      bullets: said.count,
      uncited: said.uncited,
      doubtful: findDoubts(said.citedBullets, job),
      ...task.remarks,
    };
  }

  /** One request: what it says behind what was said. @returns why it stopped. */
  private async *attempt(
    task: Task,
    said: Said,
    meter: UsageMeter,
    signal: AbortSignal,
  ): AsyncGenerator<WriterEvent, MessageStop> {
    const { ANTHROPIC_MODEL, ANTHROPIC_MAX_TOKENS } = this.environment;
    // Whoever wrote the last bullet may not have come to cite it.
    if (!said.isOpen) yield* said.tell(citations(said));
    const parser = new ReplyParser(task.bullets, said);
    const continuation = new Continuation(said.bullets);
    const prompt = goOn(task.prompt, said.bullets);
    const request = streamed(prompt, ANTHROPIC_MODEL, ANTHROPIC_MAX_TOKENS);
    let heading = said.isSilent ? task.heading : '';
    const hear = function* (events: readonly BlockEvent[]): Generator<WriterEvent> {
      for (const spoken of events.flatMap((event) => [...parser.hear(event)])) {
        if (heading) yield* said.tell([{ kind: 'text', text: heading }]);
        heading = '';
        yield* said.tell([spoken]);
      }
    };
    let stop: MessageStop = { reason: null };
    meter.begin(ANTHROPIC_MODEL);
    try {
      for await (const event of this.client.stream(request, signal)) {
        meter.read(event);
        stop = stopOf(event) ?? stop;
        for (const told of blockEvents(event, task.blocks)) yield* hear(continuation.push(told));
      }
    } finally {
      meter.tell();
    }
    yield* hear(continuation.end());
    const ending = endingOf(stop);
    // What is paused is gone on with in the middle, like what broke off.
    if (ending !== 'paused') yield* said.tell(parser.end(ending !== 'end'));
    return stop;
  }

  /** @throws DomainError when there is no use in trying again, or not for long. */
  private async waitToRetry(
    failure: Failure,
    failures: number,
    signal: AbortSignal,
  ): Promise<void> {
    const { retryAfter } = failure;
    if (!failure.transient || (retryAfter ?? 0) > LONGEST_WAIT_MILLISECONDS) throw failure.error;
    // Replies that were refused together are told the same time to come back: they should not all.
    const pause = (0.5 + Math.random()) * this.retryMilliseconds;
    const wait = retryAfter === undefined ? pause * 2 ** (failures - 1) : retryAfter + pause;
    await sleep(wait, undefined, { signal }).catch(() => signal.throwIfAborted());
  }

  private meter(onUsage: UsageListener | undefined, { spent }: Written): UsageMeter {
    const { ANTHROPIC_PRICES, ANTHROPIC_MODEL } = this.environment;
    return new UsageMeter(ANTHROPIC_PRICES, ANTHROPIC_MODEL, onUsage, spent);
  }
}

/** What the last bullet still has to be cited with. */
const citations = (said: Said): WriterEvent[] =>
  said.uncitedOfLast.map((actionId) => ({ kind: 'citation', bullet: said.count, actionId }));

/** Whether another pod had come to the last character already. */
const isComplete = (said: Said, task: Task): boolean => said.count >= task.bullets && !said.isOpen;
