import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { MemorySharedState } from './memory.shared-state.js';
import type { StateKey } from './shared-state.js';

const TTL_MS = 10_000;
const FULL = { code: 'state_full' };

const key = (name: string, scope = 'scope'): StateKey => ({ scope, name });
const costOf = ({ scope, name }: StateKey, value: string): number =>
  scope.length + name.length + value.length;

describe('MemorySharedState', () => {
  const opened: MemorySharedState[] = [];
  const open = (...bounds: ConstructorParameters<typeof MemorySharedState>): MemorySharedState => {
    const state = new MemorySharedState(...bounds);
    opened.push(state);
    return state;
  };

  beforeEach(() => {
    jest.useFakeTimers();
  });

  afterEach(() => {
    for (const state of opened.splice(0)) state.onApplicationShutdown();
    jest.useRealTimers();
  });

  it('refuses the character too many, and keeps what was there', async () => {
    const state = open({ characters: costOf(key('a'), 'four') });
    await state.set(key('a'), 'four', TTL_MS);
    await expect(state.set(key('a'), 'fiver', TTL_MS)).rejects.toMatchObject(FULL);
    await expect(state.set(key('b'), '', TTL_MS)).rejects.toMatchObject(FULL);
    expect(await state.get(key('a'))).toBe('four');
  });

  it('refuses the key too many, of whatever kind', async () => {
    const state = open({ keys: 2 });
    await state.set(key('a'), 'x', TTL_MS);
    await state.increment(key('a'), 1, TTL_MS);
    await expect(state.mark(key('a'), TTL_MS)).rejects.toMatchObject(FULL);
    await expect(state.append(key('a'), 0, ['x'], TTL_MS)).rejects.toMatchObject(FULL);
    await expect(state.increment(key('b'), 1, TTL_MS)).rejects.toMatchObject(FULL);
    expect(await state.increment(key('a'), 1, TTL_MS)).toMatchObject({ count: 2 });
  });

  it('refuses log entries whole', async () => {
    const state = open({ characters: costOf(key('log'), 'abcd') });
    await state.append(key('log'), 0, ['a', 'b'], TTL_MS);
    await expect(state.append(key('log'), 2, ['c', 'de'], TTL_MS)).rejects.toMatchObject(FULL);
    expect(await state.read(key('log'), 0, 9)).toEqual(['a', 'b']);
    expect(await state.append(key('log'), 2, ['c', 'd'], TTL_MS)).toMatchObject({ length: 4 });
  });

  it('has room again for what was taken, dropped or replaced by less', async () => {
    const state = open({ characters: costOf(key('a'), 'four'), keys: 1 });
    for (let round = 0; round < 3; round += 1) {
      await state.set(key('a'), 'four', TTL_MS);
      await state.take(key('a'));
      await state.append(key('a'), 0, ['fo', 'ur'], TTL_MS);
      await state.drop('scope');
    }
    await state.set(key('a'), 'four', TTL_MS);
    await state.set(key('a'), '', TTL_MS);
    await expect(state.set(key('a'), 'four', TTL_MS)).resolves.toBeUndefined();
  });

  it('has room again for what expired, though nobody asked for it', async () => {
    const state = open({ keys: 4 });
    await state.set(key('a'), 'x', TTL_MS);
    await state.append(key('b'), 0, ['x'], TTL_MS);
    await state.mark(key('c'), TTL_MS);
    await state.increment(key('d'), 1, TTL_MS);
    await expect(state.set(key('e'), 'x', TTL_MS)).rejects.toMatchObject(FULL);
    await jest.advanceTimersByTimeAsync(TTL_MS + 1_000);
    for (const name of ['e', 'f', 'g', 'h']) await state.set(key(name, 'new'), 'x', TTL_MS);
  });

  it('expires on time, not when it is swept', async () => {
    const state = open();
    await state.set(key('a'), 'x', 1_500);
    await jest.advanceTimersByTimeAsync(1_499);
    expect(await state.get(key('a'))).toBe('x');
    await jest.advanceTimersByTimeAsync(1);
    expect(await state.get(key('a'))).toBeUndefined();
    expect(await state.touch('scope', TTL_MS)).toBe(false);
  });

  it('gives all its room back, whatever was done with it', async () => {
    const name = fc.constantFrom('a', 'b', 'c');
    const text = fc.string({ maxLength: 8 });
    const deed = fc.oneof(
      fc.tuple(fc.constant('set' as const), name, text),
      fc.tuple(fc.constant('append' as const), name, text),
      fc.tuple(fc.constant('take' as const), name, text),
      fc.tuple(fc.constant('mark' as const), name, text),
      fc.tuple(fc.constant('increment' as const), name, text),
      fc.tuple(fc.constant('drop' as const), name, text),
    );
    const room = 60;
    await fc.assert(
      fc.asyncProperty(fc.array(deed, { maxLength: 30 }), async (deeds) => {
        const state = open({ characters: room, keys: 6 });
        const perform = {
          set: (k: StateKey, value: string) => state.set(k, value, TTL_MS),
          append: async (k: StateKey, value: string) => {
            const { length } = await state.append(k, 0, [], TTL_MS);
            await state.append(k, length, [value], TTL_MS);
          },
          take: (k: StateKey) => state.take(k),
          mark: (k: StateKey) => state.mark(k, TTL_MS),
          increment: (k: StateKey) => state.increment(k, 1, TTL_MS),
          drop: (k: StateKey) => state.drop(k.scope),
        };
        for (const [what, of, value] of deeds) {
          await perform[what](key(of), value).catch((error: unknown) => {
            expect(error).toMatchObject(FULL);
          });
        }
        await jest.advanceTimersByTimeAsync(TTL_MS + 1_000);

        const whole = 'x'.repeat(room - costOf(key('whole'), ''));
        await state.set(key('whole'), whole, TTL_MS);
        await expect(state.set(key('whole'), `${whole}x`, TTL_MS)).rejects.toMatchObject(FULL);
      }),
    );
  });
});
