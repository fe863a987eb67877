/** A whole answer: its body has been read, so nothing of it can fail any more. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** Decoded. */
  readonly body: Uint8Array<ArrayBuffer>;
}
