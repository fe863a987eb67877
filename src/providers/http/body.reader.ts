import type { Response } from 'undici';

/** An answer that does not end where answers have to. */
export class BodyTooLargeError extends Error {
  constructor(readonly limit: number) {
    super(`The answer is larger than ${limit} bytes`);
    this.name = 'BodyTooLargeError';
  }
}

/** Reads a whole body, at most `limit` decoded bytes: a small compressed answer may be a huge one. */
export async function readBody(
  response: Response,
  limit: number,
): Promise<Uint8Array<ArrayBuffer>> {
  if (!response.body) return new Uint8Array();
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of response.body as AsyncIterable<Uint8Array>) {
    size += piece.byteLength;
    // Leaving the loop cancels the stream, and with it the connection.
    if (size > limit) throw new BodyTooLargeError(limit);
    pieces.push(piece);
  }
  return Buffer.concat(pieces, size);
}
