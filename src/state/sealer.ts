import {
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  hkdfSync,
  randomBytes,
} from 'node:crypto';
import { SealBroken } from './seal-broken.js';

const CIPHER = 'aes-256-gcm';
const KEY_BYTES = 32;
// 96 random bits: NIST SP 800-38D allows 2^32 seals with one key, far more than one session makes.
const IV_BYTES = 12;
const TAG_BYTES = 16;
const PREFIX = 'v1.';
/** What {@link PREFIX} is to text. */
const VERSION = Buffer.of(1);
const KEY_PURPOSE = 'git-recap/v1/seal';

/** Encrypts what came from a user's account, so that the store alone gives nothing away. */
export interface Sealer {
  /**
   * @param plaintext Well-formed Unicode.
   * @param context Where the record lives; it opens only with the same one, so that records cannot
   *   be swapped in the store.
   * @returns Printable ASCII, about 4/3 of the plaintext's bytes and 41 characters more.
   */
  seal(plaintext: string, context: string): string;

  /** @throws SealBroken when it was not sealed with this context and these keys, or was altered. */
  open(sealed: string, context: string): string;

  /**
   * The same for bytes, which stay bytes.
   * @returns 29 bytes more than it was given; the first of them is the format's version.
   */
  sealBytes(plain: Uint8Array, context: string): Buffer;

  /** @throws SealBroken as {@link open} does. */
  openBytes(sealed: Buffer, context: string): Buffer;
}

export interface SealingKeys {
  /** The server's secret: operator's text of any form. */
  readonly serverKey: Buffer | string;
  /** The session's secret: 32 random bytes that only its access token carries. */
  readonly sessionKey: Buffer;
}

/** @throws RangeError when a key is empty or has the wrong length. */
export function createSealer(keys: SealingKeys): Sealer {
  const key = deriveKey(keys);

  const encrypt = (plain: Uint8Array, context: string): Buffer => {
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv(CIPHER, key, iv, { authTagLength: TAG_BYTES });
    cipher.setAAD(Buffer.from(context));
    const ciphertext = [cipher.update(plain), cipher.final()];
    return Buffer.concat([iv, cipher.getAuthTag(), ...ciphertext]);
  };

  const decrypt = (bytes: Buffer, context: string): Buffer => {
    const iv = bytes.subarray(0, IV_BYTES);
    const tag = bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES);
    const decipher = createDecipheriv(CIPHER, key, iv, { authTagLength: TAG_BYTES });
    decipher.setAAD(Buffer.from(context));
    decipher.setAuthTag(tag);
    const plain = decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES));
    try {
      return Buffer.concat([plain, decipher.final()]);
    } catch (cause) {
      throw new SealBroken({ cause });
    }
  };

  return {
    seal: (plaintext, context) =>
      PREFIX + encrypt(Buffer.from(plaintext), context).toString('base64url'),
    open: (sealed, context) => decrypt(bytesOf(sealed), context).toString('utf8'),
    sealBytes: (plain, context) => Buffer.concat([VERSION, encrypt(plain, context)]),
    openBytes(sealed, context) {
      const isOurs = sealed[0] === VERSION[0] && sealed.length > IV_BYTES + TAG_BYTES;
      if (!isOurs) throw new SealBroken();
      return decrypt(sealed.subarray(VERSION.length), context);
    },
  };
}

/**
 * HKDF (RFC 5869) begins with HMAC(salt, input key). The session key is the input: it is uniformly
 * random, as extraction wants it. The server key is the salt, HMAC's own key, which may be text of
 * any length. So whoever lacks either of the two knows nothing of the result. The server key signs
 * access tokens with the same HMAC, but never 32 bytes: a token is longer.
 */
function deriveKey({ serverKey, sessionKey }: SealingKeys) {
  if (sessionKey.length !== KEY_BYTES) throw new RangeError('a session key has 32 bytes');
  if (serverKey.length === 0) throw new RangeError('the server key is empty');
  const derived = hkdfSync('sha256', sessionKey, serverKey, KEY_PURPOSE, KEY_BYTES);
  return createSecretKey(Buffer.from(derived));
}

function bytesOf(sealed: string): Buffer {
  const text = sealed.startsWith(PREFIX) ? sealed.slice(PREFIX.length) : '';
  const bytes = Buffer.from(text, 'base64url');
  // Node reads over foreign characters and spare bits: only the one true spelling is accepted.
  const isGenuine = bytes.length >= IV_BYTES + TAG_BYTES && bytes.toString('base64url') === text;
  if (!isGenuine) throw new SealBroken();
  return bytes;
}
