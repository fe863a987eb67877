import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../../test/support/eventually.js';
import { stateStores } from '../../test/support/state.stores.js';
import { MAX_RECORD_BYTES, type SharedState, type StateKey } from './shared-state.js';

const LONG_MS = 60_000;
const MEDIUM_MS = 1_000;
const SHORT_MS = 250;

describe.each(await stateStores())('SharedState in $store', ({ open, isHere }) => {
  const shows = isHere ? it : it.skip;
  let pods: Awaited<ReturnType<typeof open>>;
  let one: SharedState;
  let other: SharedState;
  let scope: string;
  const key = (name: string): StateKey => ({ scope, name });

  beforeAll(async () => {
    if (!isHere) return;
    pods = await open();
    ({ one, other } = pods);
  }, 20_000);

  afterAll(async () => {
    if (isHere) await pods.close();
  });

  beforeEach(() => {
    scope = randomUUID();
  });

  describe('a value', () => {
    shows('is read on another pod until its time is over', async () => {
      await one.set(key('a'), 'text', LONG_MS);
      await one.set(key('b'), 'text', SHORT_MS);
      expect(await other.get(key('a'))).toBe('text');
      await eventually(async () => expect(await other.get(key('b'))).toBeUndefined());
      expect(await other.get(key('a'))).toBe('text');
    });

    shows('lives as long as its last writer said', async () => {
      await one.set(key('a'), 'first', SHORT_MS);
      await one.set(key('a'), 'second', LONG_MS);
      await sleep(SHORT_MS + 50);
      expect(await one.get(key('a'))).toBe('second');
    });

    shows('is not there before it is written', async () => {
      expect(await one.get(key('a'))).toBeUndefined();
      expect(await one.take(key('a'))).toBeUndefined();
    });

    shows('may be empty, any Unicode, or megabytes', async () => {
      const texts = ['', 'naïve 🚀 \u0000 \r\n {x} "', '🧮'.repeat(1_000_000)];
      for (const text of texts) {
        await one.set(key('a'), text, LONG_MS);
        expect((await other.get(key('a'))) === text).toBe(true);
      }
    });

    shows('is taken by exactly one of many', async () => {
      await one.set(key('a'), 'once', LONG_MS);
      const taken = await Promise.all(
        Array.from({ length: 40 }, (_, index) => (index % 2 ? one : other).take(key('a'))),
      );
      expect(taken.filter((value) => value !== undefined)).toEqual(['once']);
      expect(await one.get(key('a'))).toBeUndefined();
    });

    shows('is replaced only if it is what was expected', async () => {
      expect(await one.replace(key('a'), 'x', 'y', LONG_MS)).toBe(false);
      expect(await one.replace(key('a'), '', 'y', LONG_MS)).toBe(false);
      expect(await one.replace(key('a'), undefined, 'x', LONG_MS)).toBe(true);
      expect(await one.replace(key('a'), undefined, 'y', LONG_MS)).toBe(false);
      expect(await one.replace(key('a'), 'x', 'y', SHORT_MS)).toBe(true);
      expect(await other.get(key('a'))).toBe('y');
      await eventually(async () => expect(await one.get(key('a'))).toBeUndefined());
    });

    shows('tells how long it will be there, whatever is done but to its time', async () => {
      expect(await one.remaining(key('a'))).toBeUndefined();
      await one.set(key('a'), 'x', LONG_MS);
      await one.get(key('a'));
      const remaining = (await other.remaining(key('a'))) ?? NaN;
      expect(remaining).toBeLessThanOrEqual(LONG_MS);
      expect(remaining).toBeGreaterThan(LONG_MS / 2);
      await one.touch(scope, 10 * LONG_MS);
      expect(await other.remaining(key('a'))).toBeGreaterThan(9 * LONG_MS);
      await one.touch(scope, SHORT_MS);
      await eventually(async () => expect(await one.remaining(key('a'))).toBeUndefined());
    });

    shows('loses no update when many replace it at once', async () => {
      await one.set(key('a'), '0', LONG_MS);
      const addOne = async (pod: SharedState): Promise<void> => {
        for (;;) {
          const before = await pod.get(key('a'));
          if (await pod.replace(key('a'), before, String(Number(before) + 1), LONG_MS)) return;
        }
      };
      await Promise.all(Array.from({ length: 20 }, (_, i) => addOne(i % 2 ? one : other)));
      expect(await one.get(key('a'))).toBe('20');
    });
  });

  describe('bytes', () => {
    const all = Buffer.from(Array.from({ length: 256 }, (_, index) => index));

    shows('are read on another pod as they were, until their time is over', async () => {
      await one.setBytes(key('a'), all, LONG_MS);
      await one.setBytes(key('b'), all, SHORT_MS);
      expect(await other.getBytes(key('a'))).toEqual(all);
      expect(await other.getBytes(key('c'))).toBeUndefined();
      await eventually(async () => expect(await other.getBytes(key('b'))).toBeUndefined());
      await other.deleteBytes(key('a'));
      expect(await one.getBytes(key('a'))).toBeUndefined();
    });

    shows('are what they were when they were written, whatever becomes of them then', async () => {
      const written = Buffer.from('before');
      await one.setBytes(key('a'), written, LONG_MS);
      written.fill(0);
      expect((await one.getBytes(key('a')))?.toString()).toBe('before');
    });

    shows('are at most 512 KiB at once', async () => {
      await one.setBytes(key('a'), Buffer.alloc(MAX_RECORD_BYTES), LONG_MS);
      expect(await other.getBytes(key('a'))).toHaveLength(MAX_RECORD_BYTES);
      const tooMany = one.setBytes(key('a'), Buffer.alloc(MAX_RECORD_BYTES + 1), LONG_MS);
      await expect(tooMany).rejects.toThrow(RangeError);
    });
  });

  describe('a log', () => {
    shows('takes entries only at its very end', async () => {
      const append = (length: number, entries: string[]) =>
        one.append(key('log'), length, entries, LONG_MS);
      expect(await append(1, ['x'])).toEqual({ appended: false, length: 0, marked: false });
      expect(await append(0, ['a', 'b'])).toEqual({ appended: true, length: 2, marked: false });
      expect(await append(0, ['x'])).toEqual({ appended: false, length: 2, marked: false });
      expect(await append(3, ['x'])).toEqual({ appended: false, length: 2, marked: false });
      expect(await append(2, ['c'])).toEqual({ appended: true, length: 3, marked: false });
      expect(await other.read(key('log'), 0, 10)).toEqual(['a', 'b', 'c']);
    });

    shows('has one winner for each length and no gap, however many write', async () => {
      const winners: string[] = [];
      const write = async (pod: SharedState, writer: string): Promise<void> => {
        for (let length = 0; length < 30;) {
          const entry = `${writer} at ${length}`;
          const result = await pod.append(key('log'), length, [entry], LONG_MS);
          if (result.appended) winners[length] = entry;
          length = result.length;
        }
      };
      await Promise.all(
        Array.from({ length: 8 }, (_, i) => write(i % 2 ? one : other, `writer ${i}`)),
      );
      expect(await one.read(key('log'), 0, 1_000)).toEqual(winners);
      expect(winners).toHaveLength(30);
    });

    shows('is read from every cut', async () => {
      const entries = Array.from({ length: 25 }, (_, index) => `entry ${index}`);
      await one.append(key('log'), 0, entries, LONG_MS);
      await fc.assert(
        fc.asyncProperty(fc.nat({ max: 30 }), fc.nat({ max: 30 }), async (after, limit) => {
          const expected = entries.slice(after, after + limit);
          expect(await other.read(key('log'), after, limit)).toEqual(expected);
        }),
      );
    });

    shows('takes thousands of entries at once', async () => {
      const entries = Array.from({ length: 20_000 }, (_, index) => String(index));
      expect(await one.append(key('log'), 0, entries, LONG_MS)).toMatchObject({ length: 20_000 });
      expect(await one.read(key('log'), 19_998, 5)).toEqual(['19998', '19999']);
    });

    shows('is only looked at by an append of nothing', async () => {
      const nothing = await one.append(key('log'), 0, [], LONG_MS);
      expect(nothing).toEqual({ appended: true, length: 0, marked: false });
      expect(await one.touch(scope, LONG_MS)).toBe(false);
    });

    shows('expires, and begins again', async () => {
      await one.append(key('log'), 0, ['a'], SHORT_MS);
      await eventually(async () => expect(await one.read(key('log'), 0, 9)).toEqual([]));
      expect(await one.append(key('log'), 0, ['b'], LONG_MS)).toMatchObject({ length: 1 });
    });

    shows('tells every append of a mark, whoever made it, also one made early', async () => {
      await other.mark(key('log'), LONG_MS);
      const first = await one.append(key('log'), 0, ['a'], LONG_MS);
      expect(first).toEqual({ appended: true, length: 1, marked: true });
      expect(await one.append(key('log'), 0, ['x'], LONG_MS)).toMatchObject({ marked: true });
      expect(await one.append(key('other'), 0, ['a'], LONG_MS)).toMatchObject({ marked: false });
    });

    shows('has a name of its own beside a value and a counter', async () => {
      await one.set(key('a'), 'value', LONG_MS);
      await one.append(key('a'), 0, ['entry'], LONG_MS);
      await one.increment(key('a'), 1, LONG_MS);
      await one.setBytes(key('a'), Buffer.of(0, 255), LONG_MS);
      expect(await one.get(key('a'))).toBe('value');
      expect(await one.getBytes(key('a'))).toEqual(Buffer.of(0, 255));
      expect(await one.read(key('a'), 0, 9)).toEqual(['entry']);
    });
  });

  describe('a scope', () => {
    const fill = async (inScope: string, ttlMs: number): Promise<void> => {
      await one.set({ scope: inScope, name: 'value' }, 'v', ttlMs);
      await one.append({ scope: inScope, name: 'log' }, 0, ['e'], ttlMs);
      await one.mark({ scope: inScope, name: 'log' }, ttlMs);
      await one.setBytes({ scope: inScope, name: 'bytes' }, Buffer.from('b'), ttlMs);
    };
    const contents = async (inScope: string) => {
      const log = { scope: inScope, name: 'log' };
      const entries = await other.read(log, 0, 9);
      const { marked } = await other.append(log, entries.length, [], LONG_MS);
      const bytes = (await other.getBytes({ scope: inScope, name: 'bytes' }))?.toString();
      return { value: await other.get({ scope: inScope, name: 'value' }), bytes, entries, marked };
    };
    const FULL = { value: 'v', bytes: 'b', entries: ['e'], marked: true };
    const EMPTY = { value: undefined, bytes: undefined, entries: [], marked: false };

    shows('is touched whole, and no other with it', async () => {
      const neighbour = `${scope}:`;
      await fill(scope, MEDIUM_MS);
      await fill(neighbour, MEDIUM_MS);
      expect(await other.touch(scope, LONG_MS)).toBe(true);
      await eventually(async () => expect(await contents(neighbour)).toEqual(EMPTY));
      expect(await contents(scope)).toEqual(FULL);
      expect(await other.touch(neighbour, LONG_MS)).toBe(false);
      expect(await contents(neighbour)).toEqual(EMPTY);
    });

    shows('is touched by whoever visits a value of it', async () => {
      await one.set(key('a'), 'text', SHORT_MS);
      await one.append(key('log'), 0, ['x'], SHORT_MS);
      expect(await other.visit(key('a'), LONG_MS)).toBe('text');
      expect(await other.visit(key('b'), LONG_MS)).toBeUndefined();
      await sleep(SHORT_MS + 50);
      expect(await one.get(key('a'))).toBe('text');
      expect(await one.read(key('log'), 0, 10)).toEqual(['x']);
    });

    shows('can be touched to end sooner', async () => {
      await fill(scope, LONG_MS);
      await one.touch(scope, SHORT_MS);
      await eventually(async () => expect(await contents(scope)).toEqual(EMPTY));
    });

    shows('is touched again and again past the life of what it first held', async () => {
      await fill(scope, MEDIUM_MS);
      for (let round = 0; round < 3; round += 1) {
        await sleep(MEDIUM_MS / 2);
        await one.touch(scope, MEDIUM_MS);
      }
      await one.touch(scope, LONG_MS);
      expect(await contents(scope)).toEqual(FULL);
    });

    shows('is dropped whole, and no other with it', async () => {
      const neighbour = scope.slice(1);
      await fill(scope, LONG_MS);
      await fill(neighbour, LONG_MS);
      await other.drop(scope);
      expect(await contents(scope)).toEqual(EMPTY);
      expect(await one.touch(scope, LONG_MS)).toBe(false);
      expect(await contents(neighbour)).toEqual(FULL);
      await one.drop(neighbour);
    });

    shows('never mixes with another, whatever their names', async () => {
      const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 12 });
      const anyScope = text.filter((candidate) => !/[{}]/.test(candidate));
      const anyKey = fc.record({ scope: anyScope, name: text });
      const differently = (a: StateKey, b: StateKey) => a.scope !== b.scope || a.name !== b.name;
      await fc.assert(
        fc.asyncProperty(anyKey, anyKey, async (first, second) => {
          fc.pre(differently(first, second));
          const [a, b] = [first, second].map((it) => ({ ...it, scope: `${scope}${it.scope}` }));
          await one.set(a!, 'a', LONG_MS);
          await one.set(b!, 'b', LONG_MS);
          expect(await other.get(a!)).toBe('a');
          await one.drop(b!.scope);
          expect(await other.get(a!)).toBe(a!.scope === b!.scope ? undefined : 'a');
          await one.drop(a!.scope);
        }),
        { numRuns: 60 },
      );
    });

    shows.each(['', '{x}', 'a{b', 'a}b', '\ud800'])('cannot be called %j', async (bad) => {
      const badKey = { scope: bad, name: 'a' };
      await expect(one.get(badKey)).rejects.toThrow(RangeError);
      await expect(one.set(badKey, 'a', LONG_MS)).rejects.toThrow(RangeError);
      await expect(one.append(badKey, 0, ['a'], LONG_MS)).rejects.toThrow(RangeError);
      await expect(one.subscribe(badKey, () => undefined)).rejects.toThrow(RangeError);
      await expect(one.touch(bad, LONG_MS)).rejects.toThrow(RangeError);
      await expect(one.drop(bad)).rejects.toThrow(RangeError);
    });

    shows.each([0, -1, 1.5, Number.NaN, Infinity])('keeps nothing for %p ms', async (ttlMs) => {
      await expect(one.set(key('a'), 'a', ttlMs)).rejects.toThrow(RangeError);
      await expect(one.increment(key('a'), 1, ttlMs)).rejects.toThrow(RangeError);
      await expect(one.touch(scope, ttlMs)).rejects.toThrow(RangeError);
    });
  });
});
