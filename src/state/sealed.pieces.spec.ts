import { beforeEach, describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { MemorySharedState } from './memory.shared-state.js';
import { SealBroken } from './seal-broken.js';
import { SealedPieces } from './sealed.pieces.js';
import { createSealer, type Sealer } from './sealer.js';
import { MAX_RECORD_BYTES, type StateKey } from './shared-state.js';

const TTL_MS = 60_000;
const key: StateKey = { scope: 'session', name: 'job:a' };
const piece = (index: number, of = key): StateKey => ({ ...of, name: `${of.name}#${index}` });
const newSealer = (): Sealer =>
  createSealer({ serverKey: randomBytes(32), sessionKey: randomBytes(32) });

describe('SealedPieces', () => {
  const sealer = newSealer();
  let state: MemorySharedState;
  let pieces: SealedPieces;

  beforeEach(() => {
    state = new MemorySharedState();
    state.onApplicationShutdown();
    pieces = new SealedPieces(state);
  });

  const save = async (text: string): Promise<void> =>
    pieces.save(key, await pieces.pack(key, text, sealer), TTL_MS);

  it.each([
    ['nothing', ''],
    ['any Unicode', 'naïve 🚀 \u0000 ش'],
    ['what no compression helps', randomBytes(1_500_000).toString('base64')],
  ])('finds %s as it was saved', async (_what, text) => {
    await save(text);
    expect((await pieces.find(key, sealer)) === text).toBe(true);
  });

  it('writes no more than a record may hold, and hardly more than the compressed text', async () => {
    const packed = await pieces.pack(key, randomBytes(1_500_000).toString('base64'), sealer);
    expect(packed.pieces.length).toBeGreaterThan(2);
    expect(Math.max(...packed.pieces.map(({ length }) => length))).toBeLessThan(MAX_RECORD_BYTES);
    expect(packed.bytes).toBe(packed.pieces.reduce((sum, { length }) => sum + length, 0));
    expect(packed.bytes).toBeLessThan(1_500_000 * 1.02);
  });

  it('finds nothing before the last piece is there, and nothing where one is missing', async () => {
    const packed = await pieces.pack(key, randomBytes(1_000_000).toString('hex'), sealer);
    const rest = packed.pieces.slice(1);
    for (const [index, bytes] of rest.entries()) {
      await state.setBytes(piece(index + 1), bytes, TTL_MS);
      expect(await pieces.find(key, sealer)).toBeUndefined();
    }
    await pieces.save(key, packed, TTL_MS);
    await state.deleteBytes(piece(1));
    expect(await pieces.find(key, sealer)).toBeUndefined();
  });

  it('opens nothing that was altered, put elsewhere, or sealed with other keys', async () => {
    await save('a secret');
    const bytes = (await state.getBytes(piece(0))) ?? Buffer.alloc(0);
    await expect(pieces.find(key, newSealer())).rejects.toThrow(SealBroken);

    const elsewhere = { ...key, name: 'job:b' };
    await state.setBytes(piece(0, elsewhere), bytes, TTL_MS);
    await expect(pieces.find(elsewhere, sealer)).rejects.toThrow(SealBroken);

    for (const index of [2, 3, bytes.length - 1]) {
      const altered = Buffer.from(bytes);
      altered[index] = (altered[index] ?? 0) ^ 1;
      await state.setBytes(piece(0), altered, TTL_MS);
      await expect(pieces.find(key, sealer)).rejects.toThrow(SealBroken);
    }
  });

  it('deletes all of its pieces and nothing else', async () => {
    await save(randomBytes(1_000_000).toString('hex'));
    const neighbour = { ...key, name: 'job:b' };
    await pieces.save(neighbour, await pieces.pack(neighbour, 'b', sealer), TTL_MS);
    await pieces.delete(key);
    for (const index of [0, 1, 2]) expect(await state.getBytes(piece(index))).toBeUndefined();
    expect(await pieces.find(neighbour, sealer)).toBe('b');
  });

  it('writes one piece at a time, whoever else is writing, and goes on after one that failed', async () => {
    let atOnce = 0;
    let most = 0;
    let failing = true;
    const setBytes = state.setBytes.bind(state);
    state.setBytes = async (...args) => {
      most = Math.max(most, (atOnce += 1));
      await new Promise((resolve) => setImmediate(resolve));
      atOnce -= 1;
      if (failing) throw new Error('away');
      return setBytes(...args);
    };
    await expect(save('first')).rejects.toThrow('away');
    failing = false;
    const text = randomBytes(600_000).toString('hex');
    await Promise.all([save(text), save(text), save(text)]);
    expect(most).toBe(1);
    expect(await pieces.find(key, sealer)).toBe(text);
  });
});
