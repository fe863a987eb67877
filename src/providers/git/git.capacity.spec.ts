import { beforeEach, describe, expect, it } from '@jest/globals';
import { GitCapacity } from './git.capacity.js';

const READINGS = 4;
const SHARE = 2;
const { signal } = new AbortController();

describe('GitCapacity', () => {
  let capacity: GitCapacity;
  /** What ends the readings that have begun, in the order in which they did. */
  let begun: { name: string; end: () => void }[];

  beforeEach(() => {
    capacity = new GitCapacity();
    begun = [];
  });

  const read = (name: string, until = signal, client = name): Promise<unknown> =>
    capacity.beginReading(client, until).then((end) => begun.push({ name, end }));
  const names = (): string[] => begun.map(({ name }) => name);
  const fill = async (): Promise<void> => {
    for (let count = 0; count < READINGS; count += 1) await read('first', signal, `one ${count}`);
  };

  it('lets four read at a time, and the others in the order in which they came', async () => {
    await fill();
    const others = ['a', 'b', 'c'].map((name) => read(name));
    await new Promise(setImmediate);
    expect(names()).toEqual(Array(READINGS).fill('first'));
    for (const { end } of begun.slice(0, 2)) end();
    await Promise.all(others.slice(0, 2));
    expect(names().slice(READINGS)).toEqual(['a', 'b']);
    begun[2]?.end();
    await others[2];
  });

  it('lets one client have a share of the places only, however many it asks for', async () => {
    const leaving = new AbortController();
    const greedy = Array.from({ length: 20 }, () => read('greedy', leaving.signal));
    await read('modest');
    expect(names()).toEqual([...Array(SHARE).fill('greedy'), 'modest']);
    await read('another');
    begun[0]?.end();
    await greedy[SHARE];
    expect(names().slice(-2)).toEqual(['another', 'greedy']);
    leaving.abort();
    await Promise.allSettled(greedy);
    expect(names()).toHaveLength(SHARE + 3);
  });

  it('lets clients who wait take turns, each with its own in their order', async () => {
    await fill();
    const waiting = ['a', 'a', 'a', 'b', 'c', 'c'].map((client, index) =>
      read(`${client}${index}`, signal, client),
    );
    for (const place of [0, 1, 2, 3, 4, 5]) {
      begun[place]?.end();
      await new Promise(setImmediate);
    }
    expect(names().slice(READINGS)).toEqual(['a0', 'b3', 'c4', 'a1', 'c5', 'a2']);
    await Promise.all(waiting);
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
    for (const { end } of begun) end();
    await Promise.all(Array.from({ length: READINGS }, (_, index) => read(`after ${index}`)));
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
    expect(await capacity.ask('any', signal, () => Promise.resolve('main'))).toBe('main');
    expect(await capacity.transfer('copy', 'any', signal, () => Promise.resolve('cloned'))).toBe(
      'cloned',
    );
  });

  it('gives the place of a question that failed to the next', async () => {
    const fail = (): Promise<never> => Promise.reject(new Error('no repository'));
    for (let count = 0; count < 2 * READINGS; count += 1) {
      await expect(capacity.ask('any', signal, fail)).rejects.toThrow('no repository');
    }
  });
});
