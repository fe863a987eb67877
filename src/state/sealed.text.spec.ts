import { describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { SealBroken } from './seal-broken.js';
import { openText, sealText } from './sealed.text.js';
import { createSealer, type Sealer } from './sealer.js';

const newSealer = (): Sealer =>
  createSealer({ serverKey: randomBytes(32), sessionKey: randomBytes(32) });

const LONG = 'naïve 🚀 '.repeat(50_000);

/** The same sealed bytes, said to be of the other kind: as bytes they begin with their version. */
const asText = (sealed: string): string =>
  `v1.${Buffer.from(sealed.slice(3), 'base64url').subarray(1).toString('base64url')}`;
const asCompressed = (sealed: string): string =>
  `gz.${Buffer.concat([Buffer.of(1), Buffer.from(sealed.slice(3), 'base64url')]).toString('base64url')}`;

describe('a sealed text', () => {
  const sealer = newSealer();

  it.each([
    ['nothing', ''],
    ['a word', 'naïve 🚀 \u0000 ش'],
    ['what begins as a sealed text does', 'gz.v1.'],
    ['what compresses well', LONG],
    ['what no compression helps', randomBytes(400_000).toString('base64')],
  ])('opens to exactly what was sealed: %s', async (_what, text) => {
    const sealed = await sealText(sealer, text, 'record');
    expect((await openText(sealer, sealed, 'record')) === text).toBe(true);
  });

  it('is printable, and short where the text says the same again and again', async () => {
    const sealed = await sealText(sealer, LONG, 'record');
    expect(sealed).toMatch(/^[\w.-]+$/);
    expect(sealed.length).toBeLessThan(LONG.length / 20);
  });

  it('opens as the release before sealed it, uncompressed, of any length', async () => {
    for (const text of ['short', LONG]) {
      expect(await openText(sealer, sealer.seal(text, 'record'), 'record')).toBe(text);
    }
  });

  it('is, when short, what the release before opens, too', async () => {
    expect(sealer.open(await sealText(sealer, 'short', 'record'), 'record')).toBe('short');
  });

  it('opens nowhere else, with no other keys, not altered, and as nothing else', async () => {
    const sealed = await sealText(sealer, LONG, 'record');
    const altered = sealed.slice(0, 50) + (sealed[50] === 'A' ? 'B' : 'A') + sealed.slice(51);
    const plain = sealer.seal(LONG, 'record');
    for (const [by, text, context] of [
      [sealer, sealed, 'other'],
      [newSealer(), sealed, 'record'],
      [sealer, altered, 'record'],
      [sealer, asText(sealed), 'record'],
      [sealer, asCompressed(plain), 'record'],
    ] as const) {
      await expect(openText(by, text, context)).rejects.toThrow(SealBroken);
    }
  });
});
