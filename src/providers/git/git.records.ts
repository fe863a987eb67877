import { decodeText, withoutHalfCharacter } from './decode-text.js';

const NUL = 0;
/** Of one field; the rest of it is let go, so that a message of a gigabyte costs no more than a long one. */
const MAX_FIELD_BYTES = 20_000;

/**
 * Cuts git's output into records of so many NUL-ended fields and passes them on in portions, as they
 * come.
 */
export async function* readRecords(
  git: AsyncIterable<Buffer>,
  fieldsOfRecord: number,
): AsyncGenerator<string[][], void> {
  const reader = new FieldReader();
  let record: string[] = [];
  for await (const chunk of git) {
    const records: string[][] = [];
    for (const field of reader.read(chunk)) {
      if (record.push(field) < fieldsOfRecord) continue;
      records.push(record);
      record = [];
    }
    if (records.length > 0) yield records;
  }
}

class FieldReader {
  private pieces: Buffer[] = [];
  private kept = 0;

  /** The fields that end in this chunk. */
  *read(chunk: Buffer): Generator<string, void> {
    let start = 0;
    for (let end = chunk.indexOf(NUL); end !== -1; end = chunk.indexOf(NUL, start)) {
      this.keep(chunk.subarray(start, end));
      yield this.take();
      start = end + 1;
    }
    this.keep(chunk.subarray(start));
  }

  private keep(piece: Buffer): void {
    const room = MAX_FIELD_BYTES - this.kept;
    if (room <= 0 || piece.length === 0) return;
    this.pieces.push(piece.subarray(0, room));
    this.kept += Math.min(room, piece.length);
  }

  private take(): string {
    const [first, second] = this.pieces;
    const bytes = first && !second ? first : Buffer.concat(this.pieces);
    const isCut = this.kept === MAX_FIELD_BYTES;
    this.pieces = [];
    this.kept = 0;
    return decodeText(isCut ? withoutHalfCharacter(bytes) : bytes);
  }
}
