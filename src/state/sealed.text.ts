import { compress, expand } from './gzip.js';
import type { Sealer } from './sealer.js';

/** A text that is shorter, in characters, stays as it is: compressing it costs more than it saves. */
const COMPRESSED_FROM = 16 * 1024;
/** No sealer writes it; what begins with it is in base64url, sealed as bytes and before that compressed. */
const COMPRESSED = 'gz.';

/**
 * Seals a text for one record or one entry of a log; a long one is compressed before.
 * @param context As {@link Sealer.seal} takes it.
 * @returns Printable ASCII.
 */
export async function sealText(sealer: Sealer, text: string, context: string): Promise<string> {
  if (text.length < COMPRESSED_FROM) return sealer.seal(text, context);
  const sealed = sealer.sealBytes(await compress(text), compressedContext(context));
  return COMPRESSED + sealed.toString('base64url');
}

/**
 * Opens what {@link sealText} sealed, and what {@link Sealer.seal} did, as releases before it do.
 * @throws SealBroken as {@link Sealer.open} does.
 */
export async function openText(sealer: Sealer, sealed: string, context: string): Promise<string> {
  if (!sealed.startsWith(COMPRESSED)) return sealer.open(sealed, context);
  const bytes = Buffer.from(sealed.slice(COMPRESSED.length), 'base64url');
  return expand(sealer.openBytes(bytes, compressedContext(context)));
}

/** Of its own, so that nothing compressed is taken for text, nor text for something compressed. */
const compressedContext = (context: string): string => `${COMPRESSED}${context}`;
