import type { RawMessageStreamEvent } from '@anthropic-ai/sdk/resources/messages';

import type { WriterUsage } from '../recap.writer.js';

interface TokenCounts {
  readonly input_tokens?: number | null;
  readonly cache_creation_input_tokens?: number | null;
  readonly cache_read_input_tokens?: number | null;
  readonly output_tokens?: number;
}

/** Keeps a stream's latest token counts: `message_delta` repeats those of `message_start`, summed up. */
export class UsageMeter {
  private counts: TokenCounts = {};

  read(event: RawMessageStreamEvent): void {
    if (event.type === 'message_start') this.counts = event.message.usage;
    if (event.type === 'message_delta') this.counts = { ...this.counts, ...told(event.usage) };
  }

  /** Input tokens count whether or not they came from a cache. */
  usage(model: string): WriterUsage {
    const { input_tokens, cache_creation_input_tokens, cache_read_input_tokens } = this.counts;
    return {
      writer: 'anthropic',
      model,
      inputTokens:
        (input_tokens ?? 0) + (cache_creation_input_tokens ?? 0) + (cache_read_input_tokens ?? 0),
      outputTokens: this.counts.output_tokens ?? 0,
    };
  }
}

/** `message_delta` leaves counts out, or null, that have not changed. */
const told = (counts: TokenCounts): TokenCounts =>
  Object.fromEntries(Object.entries(counts).filter(([, value]) => typeof value === 'number'));
