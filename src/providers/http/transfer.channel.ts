/** One transfer from a git host, by git itself, that has ended; nothing of it is secret. */
export interface TransferObservation {
  /** What the host was asked: what it has at an address, or all that is new of it. */
  readonly kind: 'look' | 'copy';
  /**
   * `refused`: it was larger than it may be. `aborted`: nobody waited for it any more. The others are
   * how git ended, or why it could not begin.
   */
  readonly outcome:
    | 'ok'
    | 'failed'
    | 'timeout'
    | 'memory'
    | 'processes'
    | 'missing'
    | 'busy'
    | 'refused'
    | 'aborted';
  /** With the wait for its turn. */
  readonly milliseconds: number;
}

/** Where every such transfer is announced when it has ended, as requests are (outbound.channel.ts). */
export const TRANSFER_CHANNEL = 'git-recap:git-transfer';
