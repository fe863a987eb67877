import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { type Packet, readPackets } from './packets.js';

const packet = (content: string): string =>
  (content.length + 4).toString(16).padStart(4, '0') + content;

/** The bytes as a host may send them: so many at a time. */
async function* inParts(text: string, size: number): AsyncGenerator<Uint8Array, void> {
  const bytes = Buffer.from(text);
  for (let start = 0; start < bytes.length; start += size) {
    yield bytes.subarray(start, start + size);
  }
}

const read = async (text: string, size: number): Promise<Packet[]> => {
  const packets: Packet[] = [];
  for await (const one of readPackets(inParts(text, size))) packets.push(one);
  return packets;
};

describe('reading packets', () => {
  afterEach(() => {
    jest.restoreAllMocks();
  });

  it.each([1, 3, 4, 5, 7, 64, 10_000])('finds the same in parts of %i bytes', async (size) => {
    const text = `${packet('one\n')}0000${packet('')}0001${packet('x'.repeat(300))}0002`;
    const found = await read(text, size);
    expect(found.map(String)).toEqual(['one\n', 'flush', '', 'delimiter', 'x'.repeat(300), 'end']);
  });

  it.each([`${packet('one')}00`, '000', packet('one').slice(0, -1)])(
    'does not take %j for whole',
    async (text) => {
      await expect(read(text, 2)).rejects.toMatchObject({ reason: 'failed' });
    },
  );

  it('copies each byte of a packet a few times, in however many parts it comes', async () => {
    const text = packet('x'.repeat(65_000));
    const concat = jest.spyOn(Buffer, 'concat');
    await read(text, 1);
    const copied = concat.mock.calls.flatMap(([parts]) => parts.map(({ length }) => length));
    expect(copied.reduce((sum, length) => sum + length, 0)).toBeLessThan(3 * text.length);
  });
});
