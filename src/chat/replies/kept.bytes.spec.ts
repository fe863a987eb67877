import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Session } from '../../auth/session.js';
import type { SessionService } from '../../auth/session.service.js';
import { MemorySharedState } from '../../state/memory.shared-state.js';
import { KeptBytes, SESSION_BYTES } from './kept.bytes.js';

const MEBIBYTE = 1024 * 1024;
const recap = (replyId: string, bytes: number) => ({ replyId, kind: 'recap' as const, bytes });
const question = (replyId: string, bytes: number) => ({ replyId, kind: 'chat' as const, bytes });

describe('the bytes a session keeps', () => {
  const session = { id: 'one', identity: {} } as Session;
  const neighbour = { id: 'other', identity: {} } as Session;
  let state: MemorySharedState;
  let kept: KeptBytes;

  beforeEach(() => {
    state = new MemorySharedState();
    kept = new KeptBytes(state, { lifetime: () => 60_000 } as unknown as SessionService);
  });

  afterEach(() => {
    state.onApplicationShutdown();
  });

  it('are those of eight jobs at most: the oldest goes for one more', async () => {
    for (const id of ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']) {
      expect(await kept.addJob(session, recap(id, 1))).toEqual([]);
    }
    expect(await kept.addJob(session, recap('i', 1))).toEqual(['a']);
    expect(await kept.addJob(neighbour, recap('a', 1))).toEqual([]);
  });

  it('are bounded: as many of the oldest jobs go as a large one takes', async () => {
    for (const id of ['a', 'b', 'c', 'd']) await kept.addJob(session, recap(id, 4 * MEBIBYTE));
    expect(await kept.addJob(session, recap('e', 5 * MEBIBYTE))).toEqual(['a', 'b']);
    expect(await kept.addJob(session, recap('f', 3 * MEBIBYTE))).toEqual([]);
  });

  it('are given up for questions first: a recap can still be asked about', async () => {
    await kept.addJob(session, recap('a', 4 * MEBIBYTE));
    for (const id of ['1', '2', '3', '4', '5', '6', '7', '8']) {
      expect(await kept.addJob(session, question(id, MEBIBYTE))).toEqual([]);
    }
    expect(await kept.addJob(session, question('9', MEBIBYTE))).toEqual(['1']);
    expect(await kept.addJob(session, recap('b', 6 * MEBIBYTE))).toEqual(['2', '3']);
    expect(await kept.addJob(session, question('10', 9 * MEBIBYTE))).toEqual(
      expect.arrayContaining(['4', '5', '6', '7', '8', '9', 'a']),
    );
  });

  it('always have room for the job that is being written', async () => {
    await kept.addJob(session, recap('a', MEBIBYTE));
    await kept.addReply(session, SESSION_BYTES - 1);
    expect(await kept.addJob(session, recap('b', 2 * MEBIBYTE))).toEqual(['a']);
  });

  it('count a job once, however often it is saved', async () => {
    await kept.addJob(session, recap('a', 8 * MEBIBYTE));
    expect(await kept.addJob(session, recap('a', 8 * MEBIBYTE))).toEqual([]);
    expect(await kept.addJob(session, recap('b', 8 * MEBIBYTE))).toEqual([]);
  });

  it('refuse a new reply where those that ended take them all, and name the way out', async () => {
    await kept.addJob(session, recap('a', 1));
    await kept.addReply(session, SESSION_BYTES - 1);
    await kept.check(session);
    await kept.addReply(session, 1);
    await expect(kept.check(session)).rejects.toMatchObject({
      code: 'too_many_replies',
      message: expect.stringMatching(/16 MiB.*[Ss]ign in again/),
    });
    await kept.check(neighbour);
  });

  it('leave nothing behind of a session that is over', async () => {
    await kept.addReply(session, 1);
    expect(await state.touch(session.id, 1_000)).toBe(false);
  });

  it('are counted whoever counts at the same time', async () => {
    await kept.addJob(session, recap('a', 1));
    await Promise.all(Array.from({ length: 32 }, () => kept.addReply(session, SESSION_BYTES / 32)));
    await expect(kept.check(session)).rejects.toMatchObject({ code: 'too_many_replies' });
  });
});
