import type { Environment } from '../../../config/environment.js';
import type { ModelPrice } from '../../../config/model-price.js';
import type { WriterUsage } from '../recap.writer.js';

type PriceTable = Environment['ANTHROPIC_PRICES'];

const price = (input: number, output: number): ModelPrice => ({
  input,
  output,
  cacheWrite: input * 1.25,
  cacheRead: input * 0.1,
});

/** By the beginning of the model's name (https://docs.claude.com/en/docs/about-claude/pricing). */
const KNOWN: PriceTable = {
  'claude-opus': price(5, 25),
  'claude-sonnet': price(3, 15),
  'claude-haiku': price(1, 5),
};

/** Tokens of one kind of model, by what they cost. */
export interface TokenCounts {
  readonly input: number;
  readonly cacheWrite: number;
  readonly cacheRead: number;
  readonly output: number;
}

/** What the tokens cost in US dollars; undefined for a model whose price nobody told. */
export const costOf = (
  model: string,
  counts: TokenCounts,
  own: PriceTable,
): WriterUsage['cost'] => {
  const table = { ...KNOWN, ...own };
  const [name] = Object.keys(table)
    .filter((start) => model.startsWith(start))
    .sort((one, other) => other.length - one.length);
  const found = name === undefined ? undefined : table[name];
  if (!found) return undefined;
  const { input, cacheWrite, cacheRead, output } = counts;
  const dollars =
    input * found.input +
    cacheWrite * found.cacheWrite +
    cacheRead * found.cacheRead +
    output * found.output;
  return Math.round(dollars) / 1_000_000;
};
