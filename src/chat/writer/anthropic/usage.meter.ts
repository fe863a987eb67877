import type { RawMessageStreamEvent, Usage } from '@anthropic-ai/sdk/resources/messages';

import type { Environment } from '../../../config/environment.js';
import type { Spent, UsageListener, WriterUsage } from '../recap.writer.js';
import { costOf, type TokenCounts } from './prices.js';
import { estimateTokens } from './selection.js';

type Told = Partial<Record<CountName, number | null>>;
type CountName =
  'input_tokens' | 'cache_creation_input_tokens' | 'cache_read_input_tokens' | 'output_tokens';

interface Counted {
  readonly model: string;
  readonly counts: TokenCounts;
}

/** Sums up what all requests of one reply took, of whichever models and pods. */
export class UsageMeter {
  private readonly finished: Counted[] = [];
  private model?: string;
  private told: Told = {};
  /** Bytes of text of a request whose end has not told what it took. */
  private heard = 0;

  /** @param spent What the reply took before this pod went on with it. */
  constructor(
    private readonly prices: Environment['ANTHROPIC_PRICES'],
    private readonly writer: string,
    private readonly onUsage: UsageListener = () => undefined,
    private readonly spent?: Spent,
  ) {}

  /** A request begins; what the one before it took is kept. */
  begin(model: string): void {
    this.finish();
    this.model = model;
  }

  read(event: RawMessageStreamEvent): void {
    if (event.type === 'message_start') {
      this.told = known(event.message.usage);
      this.tell();
    }
    this.heard += bytesOfText(event);
    // Says again, summed up, what `message_start` said; leaves out, or null, what has not changed.
    if (event.type !== 'message_delta') return;
    this.told = { ...this.told, ...known(event.usage) };
    this.heard = 0;
  }

  /** What a request took that was not streamed. */
  add(model: string, usage: Usage): void {
    this.begin(model);
    this.told = known(usage);
    this.finish();
    this.tell();
  }

  /** Tells what there is to tell, also of a request that was not finished. */
  tell(): void {
    this.onUsage(this.usage());
  }

  usage(): WriterUsage {
    const all = [...this.finished, ...this.counted()];
    const sum = (pick: (counts: TokenCounts) => number): number =>
      all.reduce((total, { counts }) => total + pick(counts), 0);
    const costs = all.map(({ model: name, counts }) => costOf(name, counts, this.prices));
    const before = this.before();
    if (before) costs.push(before.cost);
    const cachedInputTokens = sum(({ cacheRead }) => cacheRead) + (before?.cachedInputTokens ?? 0);
    const input = sum((counts) => counts.input + counts.cacheWrite + counts.cacheRead);
    return {
      writer: 'anthropic',
      model: this.writer,
      inputTokens: input + (before?.inputTokens ?? 0),
      ...(cachedInputTokens > 0 ? { cachedInputTokens } : {}),
      outputTokens: sum(({ output }) => output) + (before?.outputTokens ?? 0),
      ...(costs.every((cost) => cost !== undefined)
        ? { cost: Number(costs.reduce((total, cost) => total + cost, 0).toFixed(6)) }
        : {}),
    };
  }

  /** What other pods counted, and what they wrote since. */
  private before(): WriterUsage | undefined {
    if (!this.spent) return undefined;
    const { usage, uncountedBytes } = this.spent;
    const output = estimateTokens(uncountedBytes);
    const counts = { input: 0, cacheWrite: 0, cacheRead: 0, output };
    const rest = costOf(this.writer, counts, this.prices);
    return {
      ...usage,
      outputTokens: usage.outputTokens + output,
      cost: usage.cost === undefined || rest === undefined ? undefined : usage.cost + rest,
    };
  }

  private finish(): void {
    this.finished.push(...this.counted());
    this.model = undefined;
    this.told = {};
    this.heard = 0;
  }

  /** The request that runs, as far as it was counted. */
  private counted(): Counted[] {
    if (this.model === undefined) return [];
    const { output, ...counts } = countsOf(this.told);
    // One that broke off was charged for what it had said, and never told how much that was.
    return [
      {
        model: this.model,
        counts: { ...counts, output: Math.max(output, estimateTokens(this.heard)) },
      },
    ];
  }
}

/** What is thought is paid for like what is said. */
const bytesOfText = (event: RawMessageStreamEvent): number => {
  if (event.type !== 'content_block_delta') return 0;
  const { delta } = event as { readonly delta?: { readonly text?: unknown; thinking?: unknown } };
  return [delta?.text, delta?.thinking]
    .filter((text) => typeof text === 'string')
    .reduce((sum, text) => sum + Buffer.byteLength(text), 0);
};

const countsOf = (told: Told): TokenCounts => ({
  input: told.input_tokens ?? 0,
  cacheWrite: told.cache_creation_input_tokens ?? 0,
  cacheRead: told.cache_read_input_tokens ?? 0,
  output: told.output_tokens ?? 0,
});

/** Gateways leave it out, or put something else there. */
const known = (told: unknown): Told =>
  Object.fromEntries(
    Object.entries(typeof told === 'object' ? (told ?? {}) : {}).filter(
      ([, value]) => typeof value === 'number',
    ),
  );
