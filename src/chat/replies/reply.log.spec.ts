import { randomBytes, randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Session } from '../../auth/session.js';
import type { Coverage } from '../../providers/coverage.js';
import { MemorySharedState } from '../../state/memory.shared-state.js';
import { createSealer } from '../../state/sealer.js';
import { MAX_RECORD_BYTES } from '../../state/shared-state.js';
import { ReplyAppender } from './reply.appender.js';
import { ReplyLog } from './reply.log.js';
import type { ReplyEntry } from './reply.js';

const TTL_MS = 60_000;

/** A store that says how many bytes each append brought. */
class WeighingState extends MemorySharedState {
  readonly weights: number[] = [];

  override append(
    ...args: Parameters<MemorySharedState['append']>
  ): ReturnType<MemorySharedState['append']> {
    const entries = args[2];
    if (entries.length > 0) this.weights.push(Buffer.byteLength(entries.join('')));
    return super.append(...args);
  }
}

/** Base64 of random bytes: what compression helps little. */
const token = (characters: number): ReplyEntry => ({
  event: 'token',
  text: randomBytes((characters * 3) / 4).toString('base64'),
});

const coverageOf = (repositories: number): Coverage => ({
  connections: [{ id: 'one', provider: 'github', status: 'complete' }],
  repositories: Array.from({ length: repositories }, (_, index) => ({
    id: `github:github.com/${String(index * 7_919)}`,
    fullName: `an-organisation/${randomBytes(4).toString('hex')}-service`,
    status: 'complete',
  })),
  authors: [],
  bots: 0,
  truncated: false,
  from: '2026-11-01T00:00:00Z',
  to: '2026-11-30T00:00:00Z',
});

const end = (coverage: Coverage): ReplyEntry => ({
  event: 'done',
  stopReason: 'end',
  usage: {},
  coverage,
  bullets: 1,
  uncited: [],
});

describe('ReplyLog', () => {
  let state: WeighingState;
  let session: Session;
  let log: ReplyLog;

  beforeEach(() => {
    state = new WeighingState();
    const keys = { serverKey: 'a server key of thirty-two bytes', sessionKey: randomBytes(32) };
    const id = randomUUID();
    const identity = {
      subject: 'guest',
      sessionId: id,
      expiresAt: new Date(Date.now() + TTL_MS),
      sealer: createSealer(keys),
    };
    session = { id, identity, startedAt: new Date().toISOString(), connections: [] };
    log = new ReplyLog(state, session, 'a-reply');
  });

  afterEach(() => {
    state.onApplicationShutdown();
  });

  const numbered = (entries: readonly ReplyEntry[]) =>
    entries.map((entry, index) => ({ ...entry, seq: index + 1 }));

  it('takes a batch that is too long for one write in several, in order', async () => {
    const entries = Array.from({ length: 100 }, () => token(12_000));
    let length = 0;
    const lengths: number[] = [];
    while (length < entries.length) {
      const result = await log.append(length, entries.slice(length), TTL_MS);
      expect(result.appended).toBe(true);
      lengths.push(result.length - length);
      length = result.length;
    }
    expect(Math.max(...state.weights)).toBeLessThanOrEqual(MAX_RECORD_BYTES);
    expect(lengths.length).toBeLessThan(5);
    expect(await log.readAll()).toEqual(numbered(entries));
  });

  it('is written again by its writer, after a fail-over, in writes of 512 KiB at most', async () => {
    const entries = Array.from({ length: 80 }, () => token(32_000));
    const appender = new ReplyAppender(log, entries, {
      coalesceMs: TTL_MS,
      lifetime: () => TTL_MS,
      holds: () => Promise.resolve(true),
      onHeld: () => undefined,
      onMarked: () => undefined,
      onStopped: (reason) => {
        throw reason;
      },
    });
    await appender.verify();
    expect(state.weights.length).toBeGreaterThan(3);
    expect(Math.max(...state.weights)).toBeLessThanOrEqual(MAX_RECORD_BYTES);
    expect(await log.readAll()).toEqual(numbered(entries));
  });

  it('takes an entry that by itself is more than one write may hold', async () => {
    const large = token(1_200_000);
    expect(await log.append(0, [large, token(40)], TTL_MS)).toMatchObject({ length: 1 });
    expect(await log.readAll()).toEqual(numbered([large]));
  });

  it('tells the coverage of 10,000 repositories in a fraction of what it is', async () => {
    const entry = end(coverageOf(10_000));
    await log.append(0, [entry], TTL_MS);
    expect(state.weights[0]).toBeLessThan(JSON.stringify(entry).length / 4);
    expect(state.weights[0]).toBeLessThan(MAX_RECORD_BYTES / 2);
    expect(await log.isOver(1)).toBe(true);
    expect(await log.readAll()).toEqual(numbered([entry]));
  });

  it('reads what the release before wrote: all entries uncompressed', async () => {
    const entries = [token(100), token(40_000), end(coverageOf(1_000))];
    const sealed = entries.map((entry, index) =>
      session.identity.sealer.seal(
        JSON.stringify(entry),
        `{${session.id}}:log:a-reply#${String(index + 1)}`,
      ),
    );
    await state.append({ scope: session.id, name: 'log:a-reply' }, 0, sealed, TTL_MS);
    expect(await log.readAll()).toEqual(numbered(entries));
  });

  it('does not open an entry in another one’s place', async () => {
    await log.append(0, [token(40_000), token(40_000)], TTL_MS);
    const key = { scope: session.id, name: 'log:a-reply' };
    const swapped = (await state.read(key, 0, 2)).reverse();
    await state.drop(session.id);
    await state.append(key, 0, swapped, TTL_MS);
    await expect(log.readAll()).rejects.toMatchObject({ code: 'reply_lost' });
  });
});
