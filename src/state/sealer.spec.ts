import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { randomBytes } from 'node:crypto';
import { SealBroken } from './seal-broken.js';
import { createSealer } from './sealer.js';

const keys = { serverKey: 'a server key of thirty-two bytes', sessionKey: randomBytes(32) };
const sealer = createSealer(keys);

const unicode = fc.string({ unit: 'binary' });
const anyKey = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes));

function flipBit(text: string, position: number): string {
  const bytes = Buffer.from(text, 'latin1');
  const bit = position % (bytes.length * 8);
  bytes[bit >> 3]! ^= 1 << (bit & 7);
  return bytes.toString('latin1');
}

describe('a seal', () => {
  it('opens to exactly what was sealed', () => {
    fc.assert(
      fc.property(unicode, unicode, (plaintext, context) => {
        expect(sealer.open(sealer.seal(plaintext, context), context)).toBe(plaintext);
      }),
    );
  });

  it('opens with the same keys elsewhere, given as text or bytes', () => {
    const elsewhere = createSealer({ ...keys, serverKey: Buffer.from(keys.serverKey) });
    expect(elsewhere.open(sealer.seal('x', 'record'), 'record')).toBe('x');
  });

  it('is versioned, printable and never the same twice', () => {
    const seals = Array.from({ length: 100 }, () => sealer.seal('same', 'record'));
    expect(new Set(seals).size).toBe(100);
    for (const seal of seals) expect(seal).toMatch(/^v1\.[\w-]+$/);
  });

  it('does not open when any one bit of it is flipped', () => {
    fc.assert(
      fc.property(unicode, fc.nat(), (plaintext, position) => {
        const altered = flipBit(sealer.seal(plaintext, 'record'), position);
        expect(() => sealer.open(altered, 'record')).toThrow(SealBroken);
      }),
    );
  });

  it('does not open when cut anywhere', () => {
    const sealed = sealer.seal('a text that is cut', 'record');
    for (let length = 0; length < sealed.length; length += 1) {
      expect(() => sealer.open(sealed.slice(0, length), 'record')).toThrow(SealBroken);
    }
  });

  it('does not open when anything is added', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), (tail) => {
        expect(() => sealer.open(sealer.seal('x', 'record') + tail, 'record')).toThrow(SealBroken);
      }),
    );
  });

  it('does not open in the place of another record', () => {
    fc.assert(
      fc.property(unicode, unicode, unicode, (plaintext, context, other) => {
        fc.pre(context !== other);
        const sealed = sealer.seal(plaintext, context);
        expect(() => sealer.open(sealed, other)).toThrow(SealBroken);
      }),
    );
  });

  it('does not open with another session key', () => {
    fc.assert(
      fc.property(anyKey, anyKey, unicode, (sessionKey, other, plaintext) => {
        fc.pre(!sessionKey.equals(other));
        const sealed = createSealer({ ...keys, sessionKey }).seal(plaintext, 'record');
        const stranger = createSealer({ ...keys, sessionKey: other });
        expect(() => stranger.open(sealed, 'record')).toThrow(SealBroken);
      }),
    );
  });

  it('does not open with another server key', () => {
    fc.assert(
      fc.property(anyKey, anyKey, unicode, (serverKey, other, plaintext) => {
        fc.pre(!serverKey.equals(other));
        const sealed = createSealer({ ...keys, serverKey }).seal(plaintext, 'record');
        const stranger = createSealer({ ...keys, serverKey: other });
        expect(() => stranger.open(sealed, 'record')).toThrow(SealBroken);
      }),
    );
  });

  it('does not open when it never was a seal', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          unicode,
          fc.base64String().map((text) => `v1.${text}`),
        ),
        (text) => {
          expect(() => sealer.open(text, 'record')).toThrow(SealBroken);
        },
      ),
    );
  });

  it('gives neither key nor plaintext away when printed', () => {
    expect(JSON.stringify(sealer)).toBe('{}');
  });
});

describe('a sealer', () => {
  it('refuses a session key of another length and an empty server key', () => {
    expect(() => createSealer({ ...keys, sessionKey: randomBytes(31) })).toThrow(RangeError);
    expect(() => createSealer({ ...keys, serverKey: '' })).toThrow(RangeError);
  });

  it('of bytes opens to exactly these, and is 29 bytes longer, the first its version', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), unicode, (bytes, context) => {
        const sealed = sealer.sealBytes(bytes, context);
        expect(sealer.openBytes(sealed, context)).toEqual(Buffer.from(bytes));
        expect(sealed).toHaveLength(bytes.length + 29);
        expect(sealed[0]).toBe(1);
      }),
    );
  });

  it('of bytes does not open altered, cut, elsewhere, or as another version', () => {
    const sealed = sealer.sealBytes(Buffer.from('some bytes'), 'record');
    for (let bit = 0; bit < sealed.length * 8; bit += 1) {
      const altered = Buffer.from(flipBit(sealed.toString('latin1'), bit), 'latin1');
      expect(() => sealer.openBytes(altered, 'record')).toThrow(SealBroken);
    }
    for (let length = 0; length < sealed.length; length += 1) {
      expect(() => sealer.openBytes(sealed.subarray(0, length), 'record')).toThrow(SealBroken);
    }
    expect(() => sealer.openBytes(sealed, 'other')).toThrow(SealBroken);
  });
});
