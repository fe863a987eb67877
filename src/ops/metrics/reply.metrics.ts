import { Injectable } from '@nestjs/common';
import { Counter, Gauge, Histogram } from 'prom-client';
import type { ProblemCode } from '../../errors/problem.catalog.js';
import { MetricsRegistry } from './metrics.registry.js';

/** What a reply was written by and took. */
interface ReplyUsage {
  readonly writer: string;
  /** Absent where no language model wrote. */
  readonly model?: string;
  readonly inputTokens: number;
  readonly cachedInputTokens?: number;
  readonly outputTokens: number;
  /** US dollars; absent where the price is not known. */
  readonly cost?: number;
}

type ReplyOutcome = 'end' | 'length' | 'cancelled' | 'refused' | 'left' | ProblemCode;

/** Watches one reply while it is being written here. */
export interface ReplyMeter {
  /** There is text. */
  text(): void;
  /** Its last words, and what it took where that is known. */
  ends(outcome: Exclude<ReplyOutcome, 'left'>, usage?: ReplyUsage): void;
  /** Its last words are not in its log: another process is to end it. */
  leaves(): void;
  /** Nothing is written here any more: without last words it was left to another process. */
  close(): void;
}

const FIRST_TEXT_SECONDS = [0.1, 0.25, 0.5, 1, 2, 3, 5, 10, 20, 30, 60];
const SECONDS = [0.5, 1, 2.5, 5, 10, 20, 30, 60, 120, 300];

/** Counts and times the replies written by this process. */
@Injectable()
export class ReplyMetrics {
  private readonly running: Gauge<'kind'>;
  private readonly duration: Histogram<'kind' | 'outcome'>;
  private readonly firstText: Histogram<'kind'>;
  private readonly tokens: Counter<'writer' | 'model' | 'type'>;
  private readonly cost: Counter<'model'>;

  constructor(registry: MetricsRegistry) {
    const registers = [registry];
    this.running = new Gauge({
      name: 'git_recap_replies_running',
      help: 'Replies being written by this process.',
      labelNames: ['kind'],
      registers,
    });
    this.duration = new Histogram({
      name: 'git_recap_reply_duration_seconds',
      help: 'Replies that have ended, by how: what a writer stopped for, or the code of a problem.',
      labelNames: ['kind', 'outcome'],
      buckets: SECONDS,
      registers,
    });
    this.firstText = new Histogram({
      name: 'git_recap_reply_first_text_seconds',
      help: 'From the beginning of a reply, fetching included, to its first text.',
      labelNames: ['kind'],
      buckets: FIRST_TEXT_SECONDS,
      registers,
    });
    this.tokens = new Counter({
      name: 'git_recap_llm_tokens_total',
      help: 'Tokens of the language model; input is without what was read from its cache.',
      labelNames: ['writer', 'model', 'type'],
      registers,
    });
    this.cost = new Counter({
      name: 'git_recap_llm_cost_dollars_total',
      help: 'What the tokens cost, by the price table.',
      labelNames: ['model'],
      registers,
    });
  }

  begin(kind: 'recap' | 'chat'): ReplyMeter {
    const begunAt = performance.now();
    const seconds = (): number => (performance.now() - begunAt) / 1_000;
    let hasText = false;
    let outcome: ReplyOutcome = 'left';
    this.running.inc({ kind });
    return {
      text: () => {
        if (!hasText) this.firstText.observe({ kind }, seconds());
        hasText = true;
      },
      ends: (how, usage) => {
        outcome = how;
        if (usage) this.count(usage);
      },
      leaves: () => {
        outcome = 'left';
      },
      close: () => {
        this.running.dec({ kind });
        this.duration.observe({ kind, outcome }, seconds());
      },
    };
  }

  private count(usage: ReplyUsage): void {
    const { writer, model = 'none', inputTokens, cachedInputTokens = 0, outputTokens } = usage;
    this.tokens.inc({ writer, model, type: 'input' }, inputTokens - cachedInputTokens);
    this.tokens.inc({ writer, model, type: 'cached_input' }, cachedInputTokens);
    this.tokens.inc({ writer, model, type: 'output' }, outputTokens);
    if (usage.cost !== undefined) this.cost.inc({ model }, usage.cost);
  }
}
