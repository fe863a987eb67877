import { GitError } from '../git.process.js';

/** One packet of git's protocol: its content, or a mark between parts. */
export type Packet = Buffer | 'flush' | 'delimiter' | 'end';

const LENGTH_BYTES = 4;
const MARKS: Readonly<Record<number, Packet>> = { 0: 'flush', 1: 'delimiter', 2: 'end' };
const HEXADECIMAL = /^[\da-f]{4}$/i;

export const FLUSH = '0000';
export const DELIMITER = '0001';

/** A line as a packet: https://git-scm.com/docs/gitprotocol-common#_pkt_line_format */
export const packetOf = (line: string): string =>
  (Buffer.byteLength(line) + LENGTH_BYTES + 1).toString(16).padStart(LENGTH_BYTES, '0') +
  `${line}\n`;

/** The packets of an answer, as they come. @throws GitError `failed` where it is none, or ends in one. */
export async function* readPackets(
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<Packet, void> {
  let waiting: Uint8Array[] = [];
  let bytes = 0;
  let needed = LENGTH_BYTES;
  for await (const chunk of chunks) {
    waiting.push(chunk);
    bytes += chunk.length;
    // Put together only when there is a whole one: a host may send it in thousands of parts.
    if (bytes < needed) continue;
    const begun = Buffer.concat(waiting);
    let start = 0;
    needed = LENGTH_BYTES;
    while (begun.length - start >= LENGTH_BYTES) {
      const length = lengthAt(begun, start);
      const mark = MARKS[length];
      needed = mark === undefined ? length : LENGTH_BYTES;
      const end = start + needed;
      if (end > begun.length) break;
      yield mark ?? begun.subarray(start + LENGTH_BYTES, end);
      start = end;
      needed = LENGTH_BYTES;
    }
    waiting = [begun.subarray(start)];
    bytes = begun.length - start;
  }
  if (bytes > 0) throw new GitError('failed', 'the answer ends within a packet');
}

function lengthAt(bytes: Buffer, start: number): number {
  const text = bytes.toString('latin1', start, start + LENGTH_BYTES);
  const length = HEXADECIMAL.test(text) ? Number.parseInt(text, 16) : NaN;
  if (length in MARKS || length >= LENGTH_BYTES) return length;
  throw new GitError('failed', 'the answer holds something else than packets');
}

export const textOf = (packet: Buffer): string => packet.toString('utf8').replace(/\n$/, '');
