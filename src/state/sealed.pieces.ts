import { Injectable } from '@nestjs/common';
import { compress, expand } from './gzip.js';
import type { Sealer } from './sealer.js';
import { SharedState, type StateKey } from './shared-state.js';

/** With what Redis needs for a record it still takes the next smaller size of its allocator than 512 KiB. */
const PIECE_BYTES = 440 * 1024;
/** The first piece begins with how many there are, big-endian. */
const HEADER_BYTES = 2;

/** Text ready to be kept: compressed, sealed, in pieces. */
export interface Pieces {
  readonly pieces: readonly Buffer[];
  /** Of all pieces together. */
  readonly bytes: number;
}

/**
 * Keeps texts that are too long for one record of the shared state. They are sealed as one, so that no
 * piece can be missing, altered or put elsewhere unnoticed, and written a piece at a time: of all
 * that a process keeps one piece at most stands in the way of everybody's commands.
 */
@Injectable()
export class SealedPieces {
  private lastWrite: Promise<unknown> = Promise.resolve();

  constructor(private readonly state: SharedState) {}

  /** @param key Where it is to be kept: it opens nowhere else. */
  async pack(key: StateKey, text: string, sealer: Sealer): Promise<Pieces> {
    const sealed = sealer.sealBytes(await compress(text), contextOf(key));
    const count = Math.ceil((HEADER_BYTES + sealed.length) / PIECE_BYTES);
    const header = Buffer.alloc(HEADER_BYTES);
    header.writeUInt16BE(count);
    const whole = Buffer.concat([header, sealed]);
    const pieces = Array.from({ length: count }, (_, index) =>
      whole.subarray(index * PIECE_BYTES, (index + 1) * PIECE_BYTES),
    );
    return { pieces, bytes: whole.length };
  }

  /** The first piece comes last: while it is not there, neither is the text. */
  async save(key: StateKey, { pieces }: Pieces, ttlMs: number): Promise<void> {
    for (const [index, piece] of [...pieces.entries()].reverse()) {
      await this.inTurn(() => this.state.setBytes(pieceKey(key, index), piece, ttlMs));
    }
  }

  /**
   * Undefined when it was not saved, or is kept no more.
   * @throws SealBroken when it is not what was saved there.
   */
  async find(key: StateKey, sealer: Sealer): Promise<string | undefined> {
    const first = await this.state.getBytes(pieceKey(key, 0));
    if (!first) return undefined;
    const pieces = [first.subarray(HEADER_BYTES)];
    const count = first.readUInt16BE();
    while (pieces.length < count) {
      const piece = await this.state.getBytes(pieceKey(key, pieces.length));
      if (!piece) return undefined;
      pieces.push(piece);
    }
    const packed = sealer.openBytes(Buffer.concat(pieces), contextOf(key));
    return expand(packed);
  }

  async delete(key: StateKey): Promise<void> {
    const first = await this.state.getBytes(pieceKey(key, 0));
    const count = first?.readUInt16BE() ?? 0;
    for (let index = 0; index < count; index += 1) {
      await this.state.deleteBytes(pieceKey(key, index));
    }
  }

  private inTurn(write: () => Promise<void>): Promise<void> {
    const written = this.lastWrite.then(write);
    this.lastWrite = written.catch(() => undefined);
    return written;
  }
}

const pieceKey = ({ scope, name }: StateKey, index: number): StateKey => ({
  scope,
  name: `${name}#${String(index)}`,
});

const contextOf = ({ scope, name }: StateKey): string => `{${scope}}:pieces:${name}`;
