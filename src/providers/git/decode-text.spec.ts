import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { collect } from '../../../test/support/collect.js';
import { decodeText, withoutHalfCharacter } from './decode-text.js';
import { readRecords } from './git.records.js';

const LATIN = Buffer.from('Größe', 'latin1');

describe('decodeText', () => {
  it('reads UTF-8 as it is, also where somebody wrote U+FFFD', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const bytes = Buffer.from(text, 'utf8');
        expect(decodeText(bytes)).toBe(text);
      }),
    );
    expect(decodeText(Buffer.from('lost \uFFFD'))).toBe('lost \uFFFD');
  });

  it.each([
    ['Latin letters without a word about them', LATIN, undefined, 'Größe'],
    ['what is named', Buffer.from([0x93, 0xfa, 0x96, 0x7b]), 'Shift_JIS', '日本'],
    ['a name nobody knows', LATIN, 'x-unknown', 'Größe'],
    [
      'UTF-8 with a broken byte',
      Buffer.concat([Buffer.from('日本 '), LATIN]),
      undefined,
      '日本 Gr��e',
    ],
  ])('reads %s', (_, bytes, encoding, text) => {
    expect(decodeText(bytes, encoding)).toBe(text);
  });
});

describe('withoutHalfCharacter', () => {
  it('leaves whole characters, and the beginning of none', () => {
    const text = fc.string({ unit: 'grapheme', minLength: 1 });
    fc.assert(
      fc.property(text, fc.nat({ max: 200 }), (whole, length) => {
        const bytes = Buffer.from(whole, 'utf8').subarray(0, length);
        const left = withoutHalfCharacter(bytes).toString('utf8');
        expect(whole.startsWith(left)).toBe(true);
        expect(bytes.length - Buffer.byteLength(left)).toBeLessThan(4);
      }),
    );
  });

  it('keeps long text readable where a record cuts it', async () => {
    const field = Buffer.from(`${'x'.repeat(19_999)}ü and more\0`);
    const [records] = await collect(readRecords(oneChunk(field), 1));
    expect(records).toEqual([['x'.repeat(19_999)]]);
  });
});

async function* oneChunk(chunk: Buffer): AsyncGenerator<Buffer> {
  yield await Promise.resolve(chunk);
}
