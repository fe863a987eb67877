import { isUtf8 } from 'node:buffer';
import { TextDecoder } from 'node:util';

/** What has no named encoding and is no UTF-8 is mostly this one, of which ISO 8859-1 is a part. */
const LATIN = 'windows-1252';

/**
 * Text out of git: UTF-8, or what was named, or the Latin letters of old commits, for which nobody
 * named anything. Where only some of it is no UTF-8, that becomes U+FFFD.
 */
export function decodeText(bytes: Buffer, encoding?: string): string {
  const text = bytes.toString('utf8');
  if (!text.includes('\uFFFD') || isUtf8(bytes)) return text;
  const named = encoding === undefined ? undefined : decoderOf(encoding);
  if (named) return named.decode(bytes);
  const isPartlyUtf8 = /[^\0-\x7F\uFFFD]/.test(text);
  return isPartlyUtf8 ? text : new TextDecoder(LATIN).decode(bytes);
}

/** git takes any name for an encoding; undefined for one that is not known here. */
function decoderOf(encoding: string): TextDecoder | undefined {
  try {
    return new TextDecoder(encoding.trim());
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_ENCODING_NOT_SUPPORTED') return undefined;
    throw error;
  }
}

/** What was cut to a length, without the beginning of a character at its end. */
export function withoutHalfCharacter(bytes: Buffer): Buffer {
  let start = bytes.length - 1;
  while (start > bytes.length - 4 && start > 0 && ((bytes[start] ?? 0) & 0xc0) === 0x80) start -= 1;
  const last = bytes.subarray(Math.max(0, start));
  return isUtf8(last) ? bytes : bytes.subarray(0, Math.max(0, start));
}
