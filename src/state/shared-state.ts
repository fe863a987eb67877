/** Where something lives: all keys of one scope (a session) are touched and dropped together. */
export interface StateKey {
  /** Not empty, without braces. */
  readonly scope: string;
  /** Not empty. A value, bytes, a log and a counter of the same name are four different things. */
  readonly name: string;
}

export interface AppendResult {
  /** Whether the entries are now in the log; false: the log was not as long as expected. */
  readonly appended: boolean;
  /** The log's length after the call. */
  readonly length: number;
  /** Whether {@link SharedState.mark} was called on this log: someone asked its writer to stop. */
  readonly marked: boolean;
}

export interface Count {
  readonly count: number;
  /** Milliseconds until the count begins again. */
  readonly ttlMs: number;
}

/** The most bytes that are written at once; who has more of them writes several records. */
export const MAX_RECORD_BYTES = 512 * 1024;

/** Ends a subscription; may be called more than once. */
export type Unsubscribe = () => Promise<void>;

/**
 * Everything the pods of this server share, as one small port with an adapter in memory and one on
 * Redis. Values are opaque strings (callers seal what must not be read). Time-to-live is in
 * milliseconds, at least 1. Every method throws `DomainError` `state_unavailable` when the store
 * cannot be reached within half a second, and `state_full` when it holds as much as it may. After
 * `state_unavailable` a write may have happened or not: who must know, looks. A key or time-to-live
 * that cannot be, or too many bytes at once, is a `RangeError`.
 */
export abstract class SharedState {
  abstract get(key: StateKey): Promise<string | undefined>;

  /** Milliseconds until the value is gone, at least 1; undefined: it is not there. */
  abstract remaining(key: StateKey): Promise<number | undefined>;

  abstract set(key: StateKey, value: string, ttlMs: number): Promise<void>;

  /**
   * Compare-and-set: writes only if the key now holds `expected` (`undefined`: nothing).
   * @returns whether it was written.
   */
  abstract replace(
    key: StateKey,
    expected: string | undefined,
    value: string,
    ttlMs: number,
  ): Promise<boolean>;

  /** Get-and-delete: of simultaneous callers one gets the value. */
  abstract take(key: StateKey): Promise<string | undefined>;

  /**
   * Gives everything of the scope that is alive a new time-to-live.
   * @returns false when the scope holds nothing (any more).
   */
  abstract touch(scope: string, ttlMs: number): Promise<boolean>;

  /** Reads the value, and gives everything of its scope that is alive a new time-to-live. */
  abstract visit(key: StateKey, ttlMs: number): Promise<string | undefined>;

  /**
   * Keeps bytes as they are: like a value, but a thing of its own beside a value of the same name.
   * @param bytes At most {@link MAX_RECORD_BYTES}: a longer write would hold up everybody's commands.
   */
  abstract setBytes(key: StateKey, bytes: Uint8Array, ttlMs: number): Promise<void>;

  abstract getBytes(key: StateKey): Promise<Buffer | undefined>;

  abstract deleteBytes(key: StateKey): Promise<void>;

  /** Deletes every value, log, mark and record of bytes of the scope. */
  abstract drop(scope: string): Promise<void>;

  /**
   * Compare-and-set append: adds the entries only if the log's length is `expectedLength` (0: the
   * log is new), and publishes the new length on the log's own key. Without entries it only looks.
   */
  abstract append(
    key: StateKey,
    expectedLength: number,
    entries: readonly string[],
    ttlMs: number,
  ): Promise<AppendResult>;

  /** Up to `limit` entries after the first `after` ones, oldest first. */
  abstract read(key: StateKey, after: number, limit: number): Promise<string[]>;

  /** Asks the log's writer to stop: from now on every append says `marked`. */
  abstract mark(key: StateKey, ttlMs: number): Promise<void>;

  /** Adds `by` to a counter that begins again `ttlMs` after its first increment. */
  abstract increment(key: StateKey, by: number, ttlMs: number): Promise<Count>;

  /** Tells every subscriber of the key, on every pod. Not kept: who is not there misses it. */
  abstract publish(key: StateKey, message: string): Promise<void>;

  abstract subscribe(key: StateKey, listener: (message: string) => void): Promise<Unsubscribe>;

  /** Resolves when the store answers, and lets this server do all that it needs to. */
  abstract ping(): Promise<void>;
}
