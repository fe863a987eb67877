import type { RawMessageStreamEvent } from '@anthropic-ai/sdk/resources/messages';

import type { Block } from './block.js';

/** What a stream says of one content block of its message, by the block's index. */
export type BlockEvent =
  | { readonly kind: 'open'; readonly index: number }
  | { readonly kind: 'text'; readonly index: number; readonly text: string }
  /** The whole block rests on these actions, whether its text came before or is still to come. */
  | { readonly kind: 'cite'; readonly index: number; readonly actionIds: readonly string[] }
  | { readonly kind: 'close'; readonly index: number }
  /** Text that was said before, in this bullet; or around the bullets, where there is none. */
  | {
      readonly kind: 'repeated';
      readonly index: number;
      readonly text: string;
      readonly bullet?: number;
    };

/** Why a message ended. */
export interface MessageStop {
  readonly reason: string | null;
  /** Which rule a refusal followed, such as `cyber`. */
  readonly category?: string;
}

/** The fields that are read, none of which a gateway in between is trusted to send. */
interface StreamEvent {
  readonly type?: unknown;
  readonly index?: unknown;
  readonly content_block?: Partial<ContentBlock> | null;
  readonly delta?: Partial<ContentBlock & StopDelta> | null;
}
interface ContentBlock {
  readonly type: unknown;
  readonly text: unknown;
  readonly citation: unknown;
  readonly citations: unknown;
}
interface StopDelta {
  readonly stop_reason: unknown;
  readonly stop_details: { readonly category?: unknown } | null;
}
interface Citation {
  readonly type?: unknown;
  readonly document_index?: unknown;
  readonly start_block_index?: unknown;
  readonly end_block_index?: unknown;
}

/**
 * What an event says of its content block; events, deltas and citations that are not known say nothing.
 * Citations come before their block's text in recordings of the API
 * (https://github.com/vercel/ai/blob/main/packages/anthropic/src/__fixtures__/anthropic-web-search-tool.1.chunks.txt)
 * and behind it in its documentation (https://docs.claude.com/en/docs/build-with-claude/citations).
 * @param blocks What the indexes of a citation mean.
 */
export function* blockEvents(
  event: RawMessageStreamEvent,
  blocks: readonly Block[],
): Generator<BlockEvent> {
  const { type, index: place, content_block: block, delta } = event as StreamEvent;
  const index = typeof place === 'number' ? place : 0;
  if (type === 'content_block_start') {
    yield { kind: 'open', index };
    if (block?.type !== 'text') return;
    const cited = Array.isArray(block.citations) ? (block.citations as unknown[]) : [];
    for (const citation of cited) yield* cite(index, citation, blocks);
    // Gateways put text here, the API does not.
    yield* speak(index, block.text);
  }
  if (type === 'content_block_stop') yield { kind: 'close', index };
  if (type !== 'content_block_delta') return;
  if (delta?.type === 'text_delta') yield* speak(index, delta.text);
  if (delta?.type === 'citations_delta') yield* cite(index, delta.citation, blocks);
}

/** Why the message ends, in the event that tells. */
export const stopOf = (event: RawMessageStreamEvent): MessageStop | undefined => {
  const { type, delta } = event as StreamEvent;
  if (type !== 'message_delta' || !delta) return undefined;
  const category = delta.stop_details?.category;
  return { reason: wordOf(delta.stop_reason) ?? null, category: wordOf(category) };
};

/** Only what looks like a name of the API is passed on. */
const wordOf = (value: unknown): string | undefined =>
  typeof value === 'string' && /^[a-z][a-z_]{0,39}$/.test(value) ? value : undefined;

function* speak(index: number, text: unknown): Generator<BlockEvent> {
  if (typeof text === 'string' && text !== '') yield { kind: 'text', index, text };
}

function* cite(index: number, citation: unknown, blocks: readonly Block[]): Generator<BlockEvent> {
  const { type, document_index, start_block_index, end_block_index } = (citation ?? {}) as Citation;
  if (type !== 'content_block_location' || document_index !== 0) return;
  if (typeof start_block_index !== 'number' || typeof end_block_index !== 'number') return;
  const cited = blocks.slice(Math.max(0, start_block_index), Math.max(0, end_block_index));
  const actionIds = cited.flatMap(({ actions }) => actions.map(({ id }) => id));
  if (actionIds.length > 0) yield { kind: 'cite', index, actionIds };
}
