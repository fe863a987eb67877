import type { RawMessageStreamEvent, Usage } from '@anthropic-ai/sdk/resources/messages';

import type { Environment } from '../../../config/environment.js';
import type { WriterUsage } from '../recap.writer.js';
import { costOf, type TokenCounts } from './prices.js';
import { estimateTokens } from './selection.js';

type Told = Partial<Record<CountName, number | null>>;
type CountName =
  'input_tokens' | 'cache_creation_input_tokens' | 'cache_read_input_tokens' | 'output_tokens';

/** Sums up what all requests of one reply took, of whichever models. */
export class UsageMeter {
  private readonly finished: { readonly model: string; readonly counts: TokenCounts }[] = [];
  private model?: string;
  private told: Told = {};
  /** Bytes of text of a request whose end has not told what it took. */
  private heard = 0;

  constructor(private readonly prices: Environment['ANTHROPIC_PRICES']) {}

  /** A request begins; what the one before it took is kept. */
  begin(model: string): void {
    this.finish();
    this.model = model;
  }

  read(event: RawMessageStreamEvent): void {
    if (event.type === 'message_start') this.told = known(event.message.usage);
    if (event.type === 'content_block_delta' && event.delta.type === 'text_delta') {
      this.heard += Buffer.byteLength(event.delta.text);
    }
    // Says again, summed up, what `message_start` said; leaves out, or null, what has not changed.
    if (event.type !== 'message_delta') return;
    this.told = { ...this.told, ...known(event.usage) };
    this.heard = 0;
  }

  /** What a request took that was not streamed. */
  add(model: string, usage: Usage): void {
    this.begin(model);
    this.told = usage;
    this.finish();
  }

  /** @param model The one that wrote. */
  usage(model: string): WriterUsage {
    this.finish();
    const sum = (pick: (counts: TokenCounts) => number): number =>
      this.finished.reduce((total, { counts }) => total + pick(counts), 0);
    const costs = this.finished.map(({ model: name, counts }) => costOf(name, counts, this.prices));
    const cachedInputTokens = sum(({ cacheRead }) => cacheRead);
    return {
      writer: 'anthropic',
      model,
      inputTokens: sum(({ input, cacheWrite, cacheRead }) => input + cacheWrite + cacheRead),
      ...(cachedInputTokens > 0 ? { cachedInputTokens } : {}),
      outputTokens: sum(({ output }) => output),
      ...(costs.every((cost) => cost !== undefined)
        ? { cost: Number(costs.reduce((total, cost) => total + cost, 0).toFixed(6)) }
        : {}),
    };
  }

  private finish(): void {
    if (this.model === undefined) return;
    const { output, ...counts } = countsOf(this.told);
    // One that broke off was charged for what it had said, and never told how much that was.
    const said = Math.max(output, estimateTokens(this.heard));
    this.finished.push({ model: this.model, counts: { ...counts, output: said } });
    this.model = undefined;
    this.told = {};
    this.heard = 0;
  }
}

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
