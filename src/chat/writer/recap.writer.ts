import type { Action } from '../../providers/action.js';

export const RECAP_STYLES = ['professional', 'casual', 'changelog'] as const;
export type RecapStyle = (typeof RECAP_STYLES)[number];

/** What a writer gets to know of what happened: what the server fetched, never a client's text. */
interface Material {
  /** Marks untrusted text off. Chosen once a reply, so that whoever continues it asks the same. */
  readonly nonce: string;
  /** Newest first. */
  readonly actions: readonly Action[];
  /** Whether more actions matched than these, the newest. */
  readonly truncated: boolean;
  /** How many actions of bots were left out. Absent in jobs of a release that did not count them. */
  readonly bots?: number;
  /** Whether all that was asked for was read, so that no actions means that nothing happened. */
  readonly readAll: boolean;
  /** The window, ISO 8601. */
  readonly from: string;
  readonly to: string;
  readonly timeZone: string;
  readonly style: RecapStyle;
  /** BCP 47, such as `en` or `de-CH`. */
  readonly language: string;
}

export interface RecapJob extends Material {
  /** At most this many bullets, 1–15. */
  readonly bullets: number;
}

/** An earlier question about the same recap, and what was answered. */
export interface Turn {
  readonly question: string;
  readonly answer: string;
}

/** A question about a recap's actions. The question is the session's own, and no instruction to the server. */
export interface QuestionJob extends Material {
  /** The Markdown of the recap. */
  readonly recap: string;
  /** Oldest first. */
  readonly turns: readonly Turn[];
  /** How many questions came before these. */
  readonly omittedTurns: number;
  readonly question: string;
}

/** What a reply holds already when somebody else goes on writing it. */
export interface Written {
  readonly text: string;
  readonly citations: readonly { readonly bullet: number; readonly actionId: string }[];
  /** The actions of the last bullet's text, where its citations are still to come. */
  readonly pending: readonly string[];
  /** What it has taken so far, where that is known. */
  readonly spent?: Spent;
}

/** What a reply took before somebody else goes on writing it. */
export interface Spent {
  readonly usage: WriterUsage;
  /** Bytes of text that came after that was counted. */
  readonly uncountedBytes: number;
}

/** Hears what a reply has taken so far, whenever that changes; also of one that fails or is cancelled. */
export type UsageListener = (usage: WriterUsage) => void;

export interface WriterUsage {
  readonly writer: 'extractive' | 'anthropic';
  readonly model?: string;
  /** With those that came from a cache. */
  readonly inputTokens: number;
  /** Those of the input that were read from the model's cache, which is cheaper. */
  readonly cachedInputTokens?: number;
  readonly outputTokens: number;
  /** US dollars by the price table; absent for a model that is not in it. */
  readonly cost?: number;
}

/** Words of a bullet that stand in none of the actions it cites. */
export interface Doubt {
  /** From 1. */
  readonly bullet: number;
  /** As the bullet writes it, at most {@link MAX_DOUBT_LENGTH} characters. */
  readonly text: string;
}

export const MAX_DOUBT_LENGTH = 100;

/** What became of actions that did not fit into one request as they are. */
export interface Condensed {
  readonly repositories: number;
  /** How many actions the model saw only in its own shorter words. */
  readonly actions: number;
  /** How many it did not see at all. */
  readonly dropped: number;
}

/**
 * What a writer produces, in order. Text is Markdown: an optional heading, then one line a bullet,
 * each beginning with `- `. A bullet's citations come after its text, nearly always before the next
 * bullet's. A bullet that was cut short ends with `…`.
 */
export type WriterEvent =
  | {
      readonly kind: 'progress';
      readonly stage: 'condensing' | 'writing';
      readonly done: number;
      readonly total?: number;
    }
  | {
      readonly kind: 'text';
      readonly text: string;
      /** Actions the bullet rests on whose citations follow it: kept for whoever has to go on here. */
      readonly pending?: readonly string[];
    }
  /** `bullet` counts from 1; `actionId` is one of the job's. */
  | { readonly kind: 'citation'; readonly bullet: number; readonly actionId: string }
  | {
      readonly kind: 'end';
      readonly stopReason: 'end' | 'length' | 'refused';
      readonly usage: WriterUsage;
      /** How many bullets there are: fewer than asked for where less happened. */
      readonly bullets: number;
      /** The bullets, from 1, without a valid citation. */
      readonly uncited: readonly number[];
      /** What bullets say and none of the actions they cite. */
      readonly doubtful: readonly Doubt[];
      /** How many of the earliest turns found no room. */
      readonly omittedTurns?: number;
      readonly condensed?: Condensed;
    };

/**
 * Writes recaps and answers, and is the injection token for whoever does. The last event is always
 * `end`. What is `written` already is gone on with: the next text belongs behind its last character,
 * no citation comes twice, bullets count on.
 * Throws `DomainError` with a code that begins with `writer_`, and the signal's reason on abort.
 */
export abstract class RecapWriter {
  abstract write(
    job: RecapJob,
    signal: AbortSignal,
    written?: Written,
    onUsage?: UsageListener,
  ): AsyncIterable<WriterEvent>;

  abstract answer(
    job: QuestionJob,
    signal: AbortSignal,
    written?: Written,
    onUsage?: UsageListener,
  ): AsyncIterable<WriterEvent>;

  /** The tokens a reply to this may cost, roughly and rather too many; 0: it costs none. */
  abstract estimate(job: RecapJob | QuestionJob): number;
}
