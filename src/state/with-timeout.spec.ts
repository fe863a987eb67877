import { describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { withTimeout } from './with-timeout.js';

/** How many timers hold this process up. */
const timers = (): number =>
  process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;

describe('a task with a time-out', () => {
  it('ends with what it gives, and its timer with it', async () => {
    const before = timers();
    expect(await withTimeout(60_000, undefined, async () => timers() - before)).toBe(1);
    expect(timers()).toBe(before);
  });

  it('throws what it throws, and its timer ends with it', async () => {
    const before = timers();
    const task = withTimeout(60_000, undefined, () => Promise.reject(new Error('no')));
    await expect(task).rejects.toThrow('no');
    expect(timers()).toBe(before);
  });

  it('hears when its time is over, and that it was for the time', async () => {
    const task = withTimeout(1, new AbortController().signal, async (either, timeout) => {
      if (!either.aborted) await once(either, 'abort');
      return [timeout.aborted, (either.reason as Error).name];
    });
    expect(await task).toEqual([true, 'TimeoutError']);
  });

  it('hears when its caller leaves, and that it was not for the time', async () => {
    const task = withTimeout(60_000, AbortSignal.abort('left'), async (either, timeout) => [
      either.reason,
      timeout.aborted,
    ]);
    expect(await task).toEqual(['left', false]);
  });
});
