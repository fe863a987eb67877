import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { setImmediate as othersTurn } from 'node:timers/promises';
import { untilAborted } from './until-aborted.js';

const ABORTED = new Error('aborted');
const FAILED = new Error('failed');

describe('waiting for work until a signal aborts', () => {
  const unhandled: unknown[] = [];
  const note = (reason: unknown): void => void unhandled.push(reason);

  beforeEach(() => {
    process.on('unhandledRejection', note);
  });
  afterEach(async () => {
    await othersTurn();
    process.off('unhandledRejection', note);
    expect(unhandled.splice(0)).toEqual([]);
  });

  it('tells what the work says', async () => {
    const { signal } = new AbortController();
    await expect(untilAborted(Promise.resolve(1), signal)).resolves.toBe(1);
    await expect(untilAborted(Promise.reject(FAILED), signal)).rejects.toBe(FAILED);
  });

  it('throws the reason when the signal aborts first, whatever comes of the work', async () => {
    const controller = new AbortController();
    const work = othersTurn().then(() => Promise.reject(FAILED));
    const waiting = untilAborted(work, controller.signal);
    controller.abort(ABORTED);
    await expect(waiting).rejects.toBe(ABORTED);
    await othersTurn();
  });

  it('lets work fail that was begun under a signal aborted already', async () => {
    const signal = AbortSignal.abort(ABORTED);
    await expect(untilAborted(Promise.reject(FAILED), signal)).rejects.toBe(ABORTED);
    await expect(untilAborted(Promise.resolve(1), signal)).rejects.toBe(ABORTED);
  });
});
