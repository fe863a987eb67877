import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { MemoryCacheStore } from './memory.cache-store.js';

describe('MemoryCacheStore', () => {
  it('forgets what was longest unused when it is full', () => {
    const store = new MemoryCacheStore(30);
    for (const key of ['a', 'b', 'c']) store.set(key, key.repeat(10));
    store.get('a');
    store.set('d', 'd'.repeat(15));
    expect(['a', 'b', 'c', 'd'].filter((key) => store.get(key))).toEqual(['a', 'd']);
  });

  it('holds the last text of each key, and never more than its bound', () => {
    const key = fc.constantFrom('a', 'b', 'c', 'd');
    const step = fc.record({ key, length: fc.nat(60), remove: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const store = new MemoryCacheStore(100);
        const last = new Map<string, string>();
        for (const [index, { key, length, remove }] of steps.entries()) {
          const text = String(index % 10).repeat(length);
          if (remove) store.delete(key);
          else store.set(key, text);
          last.set(key, remove ? '' : text);
          const held = ['a', 'b', 'c', 'd'].map((name) => [name, store.get(name)] as const);
          for (const [name, found] of held) expect([undefined, last.get(name)]).toContain(found);
          const characters = held.reduce((sum, [, found]) => sum + (found?.length ?? 0), 0);
          expect(characters).toBeLessThanOrEqual(100);
          if (!remove) expect(store.get(key)).toBe(text);
        }
      }),
    );
  });

  it('does not keep what is longer than all of it may be', () => {
    const store = new MemoryCacheStore(10);
    store.set('a', 'short');
    store.set('a', 'far too long');
    expect(store.get('a')).toBeUndefined();
  });
});
