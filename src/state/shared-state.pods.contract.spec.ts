import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../../test/support/eventually.js';
import { stateStores } from '../../test/support/state.stores.js';
import type { SharedState, StateKey } from './shared-state.js';

const LONG_MS = 60_000;
const SHORT_MS = 500;

describe.each(await stateStores())('SharedState between pods, in $store', ({ open, isHere }) => {
  const shows = isHere ? it : it.skip;
  let pods: Awaited<ReturnType<typeof open>>;
  let one: SharedState;
  let other: SharedState;
  let scope: string;
  const key = (name: string): StateKey => ({ scope, name });

  beforeAll(async () => {
    if (!isHere) return;
    Logger.overrideLogger(false);
    pods = await open();
    ({ one, other } = pods);
  }, 20_000);

  afterAll(async () => {
    if (isHere) await pods.close();
  });

  beforeEach(() => {
    scope = randomUUID();
  });

  describe('a counter', () => {
    shows('counts every increment on every pod once', async () => {
      const counts = await Promise.all(
        Array.from({ length: 50 }, (_, i) => (i % 2 ? one : other).increment(key('n'), 2, LONG_MS)),
      );
      const sorted = counts.map(({ count }) => count).sort((a, b) => a - b);
      expect(sorted).toEqual(Array.from({ length: 50 }, (_, index) => (index + 1) * 2));
      expect(await one.increment(key('n'), -30, LONG_MS)).toMatchObject({ count: 70 });
    });

    shows('begins again so long after its first increment, not its last', async () => {
      await one.increment(key('n'), 1, SHORT_MS);
      const { count, ttlMs } = await one.increment(key('n'), 1, LONG_MS);
      expect(count).toBe(2);
      expect(ttlMs).toBeLessThanOrEqual(SHORT_MS);
      await sleep(SHORT_MS + 50);
      const again = await one.increment(key('n'), 1, LONG_MS);
      expect(again.count).toBe(1);
      expect(again.ttlMs).toBeGreaterThan(SHORT_MS);
    });

    shows('is no part of what touch and drop look at', async () => {
      await one.increment(key('n'), 1, LONG_MS);
      expect(await one.touch(scope, SHORT_MS)).toBe(false);
      await one.drop(scope);
      expect(await one.increment(key('n'), 1, LONG_MS)).toMatchObject({ count: 2 });
    });
  });

  describe('a message', () => {
    const hear = (into: string[]) => (message: string) => void into.push(message);

    shows('reaches every subscriber of its key on every pod, in order', async () => {
      const heard: string[][] = [[], [], [], []];
      const subscriptions = await Promise.all([
        one.subscribe(key('a'), hear(heard[0]!)),
        one.subscribe(key('a'), hear(heard[1]!)),
        other.subscribe(key('a'), hear(heard[2]!)),
        other.subscribe(key('b'), hear(heard[3]!)),
      ]);
      const sent = Array.from({ length: 50 }, (_, index) => `message ${index} 🚀`);
      for (const message of sent) await one.publish(key('a'), message);
      await eventually(() => expect(heard).toEqual([sent, sent, sent, []]));
      await Promise.all(subscriptions.map((unsubscribe) => unsubscribe()));
    });

    shows('says how long a log has become, after it has', async () => {
      const heard: Promise<[string, number]>[] = [];
      const unsubscribe = await other.subscribe(key('log'), (length) => {
        heard.push(other.read(key('log'), 0, 9).then((entries) => [length, entries.length]));
      });
      await one.append(key('log'), 0, ['a', 'b'], LONG_MS);
      await one.append(key('log'), 0, ['refused'], LONG_MS);
      await eventually(() => expect(heard).toHaveLength(1));
      // Read to its end first: the next append goes another way and could overtake it.
      expect(await heard[0]).toEqual(['2', 2]);
      await one.append(key('log'), 2, ['c'], LONG_MS);
      await eventually(() => expect(heard).toHaveLength(2));
      expect(await heard[1]).toEqual(['3', 3]);
      await unsubscribe();
    });

    shows('no longer reaches who has unsubscribed, once or twice, only the others', async () => {
      const [left, stayed]: [string[], string[]] = [[], []];
      const sameListener = hear(left);
      const leave = await one.subscribe(key('a'), sameListener);
      const leaveToo = await one.subscribe(key('a'), sameListener);
      const stop = await one.subscribe(key('a'), hear(stayed));
      await leave();
      await leave();
      await other.publish(key('a'), '1');
      await eventually(() => expect(stayed).toEqual(['1']));
      await leaveToo();
      await other.publish(key('a'), '2');
      await eventually(() => expect(stayed).toEqual(['1', '2']));
      expect(left).toEqual(['1']);
      await stop();
    });

    shows('reaches who left and came back', async () => {
      const heard: string[] = [];
      const leave = await one.subscribe(key('a'), hear([]));
      const [, back] = await Promise.all([leave(), one.subscribe(key('a'), hear(heard))]);
      await other.publish(key('a'), 'hello');
      await eventually(() => expect(heard).toEqual(['hello']));
      await back();
    });

    shows('is delivered to the others when a listener throws', async () => {
      const heard: string[] = [];
      const leave = await one.subscribe(key('a'), () => {
        throw new Error('a listener that throws on purpose');
      });
      const stop = await one.subscribe(key('a'), hear(heard));
      await one.publish(key('a'), 'hello');
      await eventually(() => expect(heard).toEqual(['hello']));
      await Promise.all([leave(), stop()]);
    });

    shows('comes after its publisher has gone on, not within the call', async () => {
      let isWithinCall = true;
      const heard: boolean[] = [];
      const stop = await one.subscribe(key('a'), () => void heard.push(isWithinCall));
      const published = one.publish(key('a'), 'hello');
      isWithinCall = false;
      await published;
      await eventually(() => expect(heard).toEqual([false]));
      await stop();
    });
  });

  shows('answers a ping', async () => {
    await expect(one.ping()).resolves.toBeUndefined();
  });
});
