import { beforeEach, describe, expect, it } from '@jest/globals';
import { GitCapacity } from './git.capacity.js';

const READINGS = 4;
const { signal } = new AbortController();

describe('GitCapacity', () => {
  let capacity: GitCapacity;
  /** What ends the readings that have begun, in the order in which they did. */
  let begun: { name: string; end: () => void }[];

  beforeEach(() => {
    capacity = new GitCapacity();
    begun = [];
  });

  const read = (name: string, until = signal): Promise<unknown> =>
    capacity.beginReading(until).then((end) => begun.push({ name, end }));
  const names = (): string[] => begun.map(({ name }) => name);
  const fill = async (): Promise<void> => {
    for (let count = 0; count < READINGS; count += 1) await read('first');
  };

  it('lets four read at a time, and the others in the order in which they came', async () => {
    await fill();
    const others = ['a', 'b', 'c'].map((name) => read(name));
    await new Promise(setImmediate);
    expect(names()).toEqual(Array(READINGS).fill('first'));
    for (const { end } of begun.slice(0, 2)) end();
    await Promise.all(others.slice(0, 2));
    expect(names().slice(READINGS)).toEqual(['a', 'b']);
  });

  it('passes over those who have given up waiting', async () => {
    await fill();
    const leaving = new AbortController();
    const given = read('gone', leaving.signal);
    const next = read('next');
    leaving.abort(new Error('the reader left'));
    await expect(given).rejects.toThrow('the reader left');
    begun[0]?.end();
    await next;
    expect(names().slice(READINGS)).toEqual(['next']);
  });

  it('tells one whose turn does not come that git is busy', async () => {
    capacity.patienceMs = 50;
    await fill();
    await expect(read('late')).rejects.toMatchObject({ reason: 'busy' });
    begun[0]?.end();
    await read('later');
    expect(names().at(-1)).toBe('later');
  });

  it('answers short questions while all readings take long', async () => {
    await fill();
    expect(await capacity.ask(signal, () => Promise.resolve('main'))).toBe('main');
    expect(await capacity.transfer('copy', signal, () => Promise.resolve('cloned'))).toBe('cloned');
  });

  it('gives the place of a question that failed to the next', async () => {
    const fail = (): Promise<never> => Promise.reject(new Error('no repository'));
    for (let count = 0; count < 2 * READINGS; count += 1) {
      await expect(capacity.ask(signal, fail)).rejects.toThrow('no repository');
    }
  });
});
