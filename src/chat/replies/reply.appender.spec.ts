import { randomBytes, randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '../../../test/support/eventually.js';
import type { Session } from '../../auth/session.js';
import { DomainError } from '../../errors/domain.error.js';
import { MemorySharedState } from '../../state/memory.shared-state.js';
import { createSealer } from '../../state/sealer.js';
import type { AppendResult } from '../../state/shared-state.js';
import { Overtaken, ReplyAppender, Superseded } from './reply.appender.js';
import { ReplyLog } from './reply.log.js';
import type { ReplyEntry } from './reply.js';

const TTL_MS = 60_000;
/** Nothing is appended in a spec before it says so. */
const NEVER_MS = 3_600_000;

/** A store of which a spec can lose answers, and hold them back. */
class FaultyState extends MemorySharedState {
  lostAnswers = 0;
  answering: Promise<unknown> = Promise.resolve();

  override async append(
    ...args: Parameters<MemorySharedState['append']>
  ): ReturnType<MemorySharedState['append']> {
    const result: AppendResult = await super.append(...args);
    await this.answering;
    if (this.lostAnswers === 0) return result;
    this.lostAnswers -= 1;
    throw new DomainError('state_unavailable', 'The answer was lost.');
  }
}

const token = (text: string, pending?: readonly string[]): ReplyEntry => ({
  event: 'token',
  text,
  ...(pending && { pending }),
});
const reading = (done: number): ReplyEntry => ({ event: 'progress', stage: 'actions', done });
const writing: ReplyEntry = { event: 'progress', stage: 'writing', done: 0 };
const [one, two, three] = [reading(1), writing, token('three')] as const;

describe('ReplyAppender', () => {
  let state: FaultyState;
  let session: Session;
  let log: ReplyLog;
  let holds: boolean;
  /** How many entries the log was said to hold, and why writing ended, in order. */
  let held: number[];
  let stopped: unknown[];
  let marks: number;

  beforeEach(() => {
    state = new FaultyState();
    const keys = { serverKey: 'a server key of thirty-two bytes', sessionKey: randomBytes(32) };
    const id = randomUUID();
    const identity = {
      subject: 'guest',
      sessionId: id,
      expiresAt: new Date(Date.now() + NEVER_MS),
      sealer: createSealer(keys),
    };
    session = { id, identity, startedAt: new Date().toISOString(), connections: [] };
    log = new ReplyLog(state, session, 'a-reply');
    [holds, held, stopped, marks] = [true, [], [], 0];
  });

  afterEach(() => {
    state.onApplicationShutdown();
  });

  const write = (known: readonly ReplyEntry[] = [], coalesceMs = NEVER_MS): ReplyAppender =>
    new ReplyAppender(log, known, {
      coalesceMs,
      lifetime: () => TTL_MS,
      holds: () => Promise.resolve(holds),
      onHeld: (_, length) => held.push(length),
      onMarked: () => (marks += 1),
      onStopped: (reason) => stopped.push(reason),
    });

  const addAll = (appender: ReplyAppender, ...entries: readonly ReplyEntry[]): void => {
    for (const entry of entries) appender.add(entry);
  };

  const expectLog = async (...entries: readonly ReplyEntry[]): Promise<void> => {
    expect(await log.readAll()).toEqual(
      entries.map((entry, index) => ({ ...entry, seq: index + 1 })),
    );
  };

  it('puts entries into the log in order, and says how many it holds', async () => {
    const appender = write();
    addAll(appender, one, two, three);
    await appender.flush();
    await expectLog(one, two, three);
    expect([held, stopped]).toEqual([[0, 3], []]);
  });

  it('appends by itself what was added', async () => {
    write([], 0).add(one);
    await eventually(() => expectLog(one));
  });

  describe('joins what waits:', () => {
    it('text with text, and the citations that each of both still owes', async () => {
      const appender = write();
      addAll(appender, token('a', ['1']), token('b'), token('c', ['2', '3']));
      await appender.flush();
      await expectLog(token('abc', ['1', '2', '3']));
    });

    it('text with text only up to what one entry may hold', async () => {
      const appender = write();
      const [long, short] = ['a'.repeat(30_000), 'b'.repeat(10_000)];
      addAll(appender, token(long), token(short), token('c'));
      await appender.flush();
      await expectLog(token(long), token(`${short}c`));
    });

    it('text that owes none owes none', async () => {
      const appender = write();
      addAll(appender, token('a'), token('b'));
      await appender.flush();
      await expectLog(token('ab'));
    });

    it('how far a stage is with how far it is now, and no stage with another', async () => {
      const appender = write();
      addAll(appender, reading(1), reading(2), writing);
      await appender.flush();
      await expectLog(reading(2), writing);
    });

    it('nothing with what the store has been given already', async () => {
      let answer = (): void => undefined;
      state.answering = new Promise<void>((resolve) => (answer = resolve));
      const appender = write();
      appender.add(token('sent'));
      const flushed = appender.flush();
      appender.add(token(', then more'));
      answer();
      await flushed;
      await appender.flush();
      await expectLog(token('sent'), token(', then more'));
    });
  });

  describe('ends where the log holds what it did not write', () => {
    it.each([
      ['behind its own', [one], [one, writing]],
      ['in place of its own and behind', [one], [writing, writing]],
      ['where it had written nothing', [], [one]],
    ])('%s', async (_, known, actual) => {
      await log.append(0, actual, TTL_MS);
      const appender = write(known);
      appender.add(three);
      await appender.flush();
      appender.add(token('more'));
      await appender.flush();
      await expectLog(...actual);
      expect(stopped).toEqual([expect.any(Overtaken)]);
    });

    it('and says that another pod writes now, where one does', async () => {
      holds = false;
      await log.append(0, [writing], TTL_MS);
      const appender = write();
      appender.add(three);
      await appender.flush();
      await expectLog(writing);
      expect(stopped).toEqual([expect.any(Superseded)]);
    });
  });

  describe('of a log that failed over to an older copy', () => {
    const shorten = async (...left: readonly ReplyEntry[]): Promise<void> => {
      await state.drop(session.id);
      await log.append(0, left, TTL_MS);
    };

    it.each([
      ['the last entries', [one]],
      ['all entries', []],
    ])('appends %s again, under the same numbers', async (_, left) => {
      const appender = write();
      addAll(appender, one, two, three);
      await appender.flush();
      await shorten(...left);
      await appender.verify();
      await expectLog(one, two, three);
      expect([held.at(-1), stopped]).toEqual([3, []]);
    });

    it('appends them before what comes next', async () => {
      const appender = write([one, two]);
      await shorten(one);
      appender.add(three);
      await appender.flush();
      await expectLog(one, two, three);
    });

    it('appends none that another pod may write', async () => {
      const appender = write([one, two]);
      await shorten(one);
      holds = false;
      await appender.verify();
      await expectLog(one);
      expect(stopped).toEqual([expect.any(Superseded)]);
    });
  });

  it('takes an append whose answer was lost for done, and does it once', async () => {
    state.lostAnswers = 1;
    const appender = write();
    addAll(appender, one, two);
    await appender.flush();
    appender.add(three);
    await appender.flush();
    await expectLog(one, two, three);
    expect(stopped).toEqual([]);
  });

  it('ends with what the store said, when it is no passing outage', async () => {
    state.append = () => Promise.reject(new TypeError('a fault'));
    const appender = write();
    appender.add(one);
    await appender.flush();
    expect(stopped).toEqual([expect.any(TypeError)]);
  });

  it('tells of a cancel with an append, and when it only looks', async () => {
    await log.cancel(TTL_MS);
    const appender = write();
    appender.add(one);
    await appender.flush();
    expect(marks).toBe(1);
    await appender.verify();
    expect(marks).toBe(2);
  });

  it('writes nothing, and tells nothing, once it was stopped', async () => {
    const appender = write([], 0);
    appender.add(one);
    appender.stop();
    appender.add(two);
    await appender.flush();
    await expectLog();
    expect([held, stopped]).toEqual([[0], []]);
  });
});
