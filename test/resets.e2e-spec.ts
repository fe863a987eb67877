import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { SessionGrantDto } from '../src/auth/auth.dto.js';
import { type Census, takeCensus } from './chaos/census.js';
import { eventually } from './support/eventually.js';
import { PodProcess } from './support/pod.process.js';
import { freePort } from './support/redis.server.js';
import { RepositoryFolder } from './support/repository.js';
import { resetKinds } from './support/reset.kinds.js';

/** `npm run test:resets` asks for many more. */
const RUNS = Number(process.env.RESET_RUNS ?? 400);
const SEED = Number(process.env.RESET_SEED ?? 14);
const PATIENCE_MS = 60_000 + RUNS * 60;
const LANES = 16;
/** A server answers most requests within that. */
const LONGEST_PAUSE_MS = 12;
/** What a process keeps of its own accord swings by so much; one for each of some hundred resets is more. */
const MAX_MORE = { listeners: 120, onOne: 10, files: 12 };

/** Mulberry32: the same numbers below 1 for the same seed. */
function* numbers(seed: number): Generator<number, never> {
  for (let state = seed; ;) {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    yield ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }
}

describe('connections that are reset at any moment', () => {
  const folder = new RepositoryFolder().add('one', [{ subject: 'feat: one' }]);
  const random = numbers(SEED);
  const next = (): number => random.next().value;
  let pod: PodProcess;
  let inspectorPort: number;
  let grant: SessionGrantDto;

  beforeAll(async () => {
    inspectorPort = await freePort();
    const variables = {
      GIT_ROOT: folder.path,
      SESSION_IDLE_SECONDS: '43200',
      JWT_SECRET_KEY: randomBytes(32).toString('hex'),
      REDIS_URL: process.env.TEST_REDIS_URL,
    };
    pod = await PodProcess.start(variables, inspectorPort);
    const answer = await fetch(`${pod.url}/clone`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"path":"one"}',
    });
    grant = (await answer.json()) as SessionGrantDto;
  }, 60_000);

  afterAll(async () => {
    await pod.stop('SIGKILL');
    folder.remove();
  });

  /** Writes a request, or a part of it, and resets the connection a moment later. */
  const reset = async (bytes: string | Buffer): Promise<void> => {
    const whole = next() < 0.7;
    const sent = Buffer.from(bytes).subarray(0, whole ? undefined : bytes.length * next());
    const wait = next() < 0.3 ? 0 : LONGEST_PAUSE_MS * next();
    const socket = connect(Number(new URL(pod.url).port), '127.0.0.1');
    // It may be the server that hangs up first.
    socket.on('error', () => undefined);
    const closed = new Promise((resolve) => socket.once('close', resolve));
    await Promise.race([once(socket, 'connect').catch(() => undefined), closed]);
    if (next() < 0.5) socket.resume();
    socket.write(sent);
    await pause(wait);
    socket.resetAndDestroy();
    await closed;
  };

  const resetAll = async (runs: number): Promise<void> => {
    const kinds = Object.values(resetKinds(grant));
    let done = 0;
    const lane = async (): Promise<void> => {
      while (done < runs && pod.isRunning) await reset(kinds[(done += 1) % kinds.length]!);
    };
    await Promise.all(Array.from({ length: LANES }, lane));
  };

  it.each(Object.keys(resetKinds({ accessToken: '', sessionId: '' } as SessionGrantDto)))(
    'leave the process alive: %s',
    async (kind) => {
      const bytes = resetKinds(grant)[kind]!;
      await Promise.all(Array.from({ length: 8 }, () => reset(bytes)));
      expect((await fetch(`${pod.url}/health/live`)).status).toBe(200);
    },
  );

  it(
    'leave neither listeners nor descriptors behind',
    async () => {
      const before = await holdings();
      await resetAll(RUNS);
      expect(pod.isRunning).toBe(true);
      await eventually(async () => {
        const now = await holdings();
        for (const [name, most] of Object.entries(MAX_MORE)) {
          const kind = name as keyof typeof MAX_MORE;
          expect({ [kind]: now[kind] - before[kind] <= most ? 'few more' : [before, now] }).toEqual(
            {
              [kind]: 'few more',
            },
          );
        }
      }, 30_000);
      expect((await fetch(`${pod.url}/health/live`)).status).toBe(200);
      expect(await pod.stop()).toBe(0);
    },
    PATIENCE_MS,
  );

  async function holdings(): Promise<Census & { files: number }> {
    const census = await takeCensus(inspectorPort);
    return { ...census, files: (await readdir(`/proc/${pod.pid}/fd`)).length };
  }
});
