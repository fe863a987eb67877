import type { Action } from '../../providers/action.js';

export const RECAP_STYLES = ['professional', 'casual', 'changelog'] as const;
export type RecapStyle = (typeof RECAP_STYLES)[number];

/** Everything a writer gets to know. `actions` is what the server fetched, never a client's text. */
export interface RecapJob {
  /** Newest first. */
  readonly actions: readonly Action[];
  /** Whether more actions matched than these, the newest. */
  readonly truncated: boolean;
  /** The window, ISO 8601. */
  readonly from: string;
  readonly to: string;
  readonly timeZone: string;
  /** At most this many bullets, 1–15. */
  readonly bullets: number;
  readonly style: RecapStyle;
  /** BCP 47, such as `en` or `de-CH`. */
  readonly language: string;
}

export interface WriterUsage {
  readonly writer: 'extractive' | 'anthropic';
  readonly model?: string;
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/**
 * What a writer produces, in order. Text is Markdown: an optional heading, then one line a bullet,
 * each beginning with `- `. A bullet's citations come after its text and before the next bullet's.
 */
export type WriterEvent =
  | {
      readonly kind: 'progress';
      readonly stage: 'condensing' | 'writing';
      readonly done: number;
      readonly total?: number;
    }
  | { readonly kind: 'text'; readonly text: string }
  /** `bullet` counts from 1; `actionId` is one of the job's. */
  | { readonly kind: 'citation'; readonly bullet: number; readonly actionId: string }
  | {
      readonly kind: 'end';
      readonly stopReason: 'end' | 'length';
      readonly usage: WriterUsage;
      /** The bullets, from 1, without a valid citation. */
      readonly uncited: readonly number[];
    };

/**
 * Writes a recap, and the injection token for whoever does. The last event is always `end`.
 * Throws `DomainError` `writer_failed` or `writer_timeout`, and the signal's reason on abort.
 */
export abstract class RecapWriter {
  abstract write(job: RecapJob, signal: AbortSignal): AsyncIterable<WriterEvent>;
}
