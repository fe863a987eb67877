import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { SessionGrantDto } from '../src/auth/auth.dto.js';
import type { ReplyDto } from '../src/chat/replies/replies.dto.js';
import { eventually } from './support/eventually.js';
import { goOnWith } from './support/llm.continuation.js';
import { type LlmEmulator, type LlmMessage, startLlmEmulator } from './support/llm.emulator.js';
import { PodProcess } from './support/pod.process.js';
import { RedisServer } from './support/redis.server.js';
import { RepositoryFolder } from './support/repository.js';
import { ResumingReader } from './support/resuming.reader.js';
import { TickClock } from './support/tick.clock.js';

const RUNS = Number(process.env.DURABLE_RUNS ?? 20);
const SECRET = 'a secret that all pods of this spec share';

/** Five bullets of words that are never the same twice, each citing an action. */
const BULLETS = [0, 1, 2, 3, 4].map(
  (bullet) =>
    `- ${Array.from({ length: 24 }, (_, word) => `word${String(bullet * 24 + word)}`).join(' ')}.\n`,
);
const MESSAGE: LlmMessage = {
  steps: BULLETS.map((text, index) => ({ text, cites: [index] })),
  tokensPerSecond: 150,
};

const CUTS = ['socket', 'pod', 'redis', 'model'] as const;
const run = fc.record({
  cut: fc.constantFrom(...CUTS),
  /** The event behind which it happens; the first few while what it is written from is gathered. */
  seq: fc.oneof(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 6, max: 60 })),
});

describe('a reply of two real processes and one Redis', () => {
  const folder = new RepositoryFolder().add(
    'one',
    ['feat: a', 'feat: b', 'fix: c', 'perf: d', 'docs: e'].map((subject) => ({ subject })),
  );
  let redis: RedisServer;
  let llm: LlmEmulator;
  let pods: PodProcess[] = [];
  /** After so many steps the next answer of the model breaks off. */
  let breakAfter: number | undefined;

  const startPod = (): Promise<PodProcess> =>
    PodProcess.start({
      REDIS_URL: redis.url,
      JWT_SECRET_KEY: SECRET,
      GIT_ROOT: folder.path,
      ANTHROPIC_API_KEY: 'sk-test',
      ANTHROPIC_BASE_URL: llm.url,
    });

  beforeAll(async () => {
    redis = await RedisServer.start('--appendonly', 'yes', '--appendfsync', 'always');
    llm = await startLlmEmulator((body) => {
      const message = goOnWith(MESSAGE, body);
      if (breakAfter === undefined) return message;
      const steps = message.steps.slice(0, breakAfter);
      breakAfter = undefined;
      return { ...message, steps, end: 'cut' };
    });
    pods = await Promise.all([startPod(), startPod()]);
  }, 60_000);

  afterAll(async () => {
    await Promise.all(pods.map((pod) => pod.stop('SIGKILL')));
    await llm.close();
    await redis.stop();
    folder.remove();
  });

  const urls = (): string[] => pods.filter((pod) => pod.isRunning).map(({ url }) => url);

  const signIn = async (url: string): Promise<SessionGrantDto> => {
    const response = await fetch(`${url}/clone`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ path: 'one' }),
    });
    expect(response.status).toBe(201);
    return (await response.json()) as SessionGrantDto;
  };

  const call = async (url: string, path: string, grant: SessionGrantDto, method = 'GET') =>
    fetch(`${url}${path}`, { method, headers: { authorization: `Bearer ${grant.accessToken}` } });

  const view = async (grant: SessionGrantDto, replyId: string): Promise<ReplyDto> =>
    (await (await call(urls()[0] ?? '', `/replies/${replyId}`, grant)).json()) as ReplyDto;

  /** The pod that the reader is connected to goes, another one comes. */
  const killFirstPod = async (): Promise<void> => {
    const [first, ...others] = pods;
    await first?.stop('SIGKILL');
    pods = others;
  };

  const happen = async (cut: (typeof CUTS)[number], reader: ResumingReader): Promise<void> => {
    if (cut === 'socket') reader.cut();
    if (cut === 'pod') await killFirstPod();
    if (cut === 'redis') {
      await redis.crash();
      await redis.start();
    }
  };

  it(
    `survives whatever is cut at a random word: once, in order, to the end (${String(RUNS)} runs)`,
    async () => {
      await fc.assert(
        fc.asyncProperty(run, async ({ cut, seq }) => {
          while (pods.length < 2) pods.push(await startPod());
          const grant = await signIn(urls()[0] ?? '');
          const reader = new ResumingReader(urls, grant);
          breakAfter = cut === 'model' ? seq % BULLETS.length : undefined;
          const reading = reader.read({ bullets: 5 });
          await eventually(() => {
            expect(reader.lastSeq).toBeGreaterThanOrEqual(Math.min(seq, 20));
          }, 15_000);
          await happen(cut, reader);
          await reading;

          expect(reader.events.at(-1)).toMatchObject({
            event: 'done',
            data: { stopReason: 'end', uncited: [] },
          });
          const seqs = reader.events.map(({ data }) => data.seq);
          expect(seqs).toEqual(seqs.map((_, index) => index + 1));
          expect(reader.text.slice(reader.text.indexOf('- '))).toBe(BULLETS.join(''));
          const log = await view(grant, reader.replyId ?? '');
          expect(log).toMatchObject({ status: 'done', text: reader.text, seq: seqs.length });
          expect(log.citations.map(({ bullet }) => bullet)).toEqual([1, 2, 3, 4, 5]);
          expect(llm.unexpected()).toEqual([]);
        }),
        { numRuns: RUNS },
      );
    },
    RUNS * 15_000,
  );

  it('goes on within two seconds of its reader’s return after its pod was killed', async () => {
    while (pods.length < 2) pods.push(await startPod());
    const grant = await signIn(urls()[0] ?? '');
    const reader = new ResumingReader(urls, grant);
    const reading = reader.read({ bullets: 5 });
    await eventually(() => {
      expect(reader.text).toContain('word10');
    }, 15_000);
    await killFirstPod();
    const clock = new TickClock();
    const { length } = reader.text;
    await eventually(() => {
      expect(reader.text.length).toBeGreaterThan(length);
    });
    expect(clock.stop()).toBeLessThan(2_000);
    expect(reader.resumed).toBe(1);
    await reading;
  }, 40_000);

  it('is written by one pod only, when the one that was taken for dead comes back', async () => {
    while (pods.length < 2) pods.push(await startPod());
    const [first, second] = pods.map(({ url }) => url);
    const grant = await signIn(String(first));
    const reader = new ResumingReader(() => [String(first)], grant);
    const reading = reader.read({ bullets: 5 });
    await eventually(() => {
      expect(reader.text).toContain('word10');
    }, 15_000);
    const requests = llm.requests.length;
    pods[0]?.freeze();
    const look = async (): Promise<ReplyDto> => {
      const response = await call(String(second), `/replies/${String(reader.replyId)}`, grant);
      return (await response.json()) as ReplyDto;
    };
    await eventually(async () => {
      await look();
      expect(llm.requests).toHaveLength(requests + 1);
    }, 15_000);
    const { length } = (await look()).text;
    await eventually(async () => {
      expect((await look()).text.length).toBeGreaterThan(length);
    }, 15_000);
    pods[0]?.wake();
    await reading;

    expect(reader.events.at(-1)).toMatchObject({ event: 'done', data: { stopReason: 'end' } });
    const seqs = reader.events.map(({ data }) => data.seq);
    expect(seqs).toEqual(seqs.map((_, index) => index + 1));
    expect(reader.text.slice(reader.text.indexOf('- '))).toBe(BULLETS.join(''));
    expect(await look()).toMatchObject({ status: 'done', text: reader.text, seq: seqs.length });
    expect(llm.requests).toHaveLength(requests + 1);
  }, 40_000);

  it.each(['before', 'after'])(
    'stays ended when a pod that was taken for dead comes back to a cancel from %s the end',
    async (when) => {
      while (pods.length < 2) pods.push(await startPod());
      const [first, second] = pods.map(({ url }) => url);
      const grant = await signIn(String(first));
      const onFirst = new ResumingReader(() => [String(first)], grant);
      const readingOnFirst = onFirst.read({ bullets: 5 });
      await eventually(() => {
        expect(onFirst.text).toContain('word10');
      }, 15_000);
      const path = `/replies/${String(onFirst.replyId)}`;
      const look = async (url = second): Promise<ReplyDto> =>
        (await (await call(String(url), path, grant)).json()) as ReplyDto;
      const repliesLeft = async (): Promise<number> => {
        const metrics = await (await fetch(`${String(first)}/metrics`)).text();
        const count = /^git_recap_reply_duration_seconds_count{.*"left".*} (.+)$/m.exec(metrics);
        return Number(count?.[1] ?? 0);
      };
      const leftBefore = await repliesLeft();
      const requests = llm.requests.length;
      pods[0]?.freeze();
      try {
        await eventually(async () => {
          await look();
          expect(llm.requests).toHaveLength(requests + 1);
        }, 15_000);
        const hasEnded = async () => expect((await look()).status).toBe('done');
        if (when === 'after') await eventually(hasEnded, 15_000);
        expect((await call(String(second), path, grant, 'DELETE')).status).toBe(204);
        await eventually(hasEnded, 15_000);
      } finally {
        pods[0]?.wake();
      }
      const ended = await look();
      expect(ended.stopReason).toBe(when === 'after' ? 'end' : 'cancelled');
      await readingOnFirst;
      expect(onFirst.text).toBe(ended.text);
      await eventually(async () => expect(await look(first)).toEqual(ended));
      expect(await look()).toEqual(ended);
      expect(await repliesLeft()).toBe(leftBefore + 1);
    },
    60_000,
  );

  it('is cancelled from the other pod, also when its own pod is dead', async () => {
    while (pods.length < 2) pods.push(await startPod());
    const grant = await signIn(urls()[0] ?? '');
    const reader = new ResumingReader(urls, grant);
    const reading = reader.read({ bullets: 5 });
    await eventually(() => {
      expect(reader.text).toContain('word3');
    }, 15_000);
    const requests = llm.requests.length;
    const { status } = await call(
      urls()[1] ?? '',
      `/replies/${String(reader.replyId)}`,
      grant,
      'DELETE',
    );
    expect(status).toBe(204);
    expect(await llm.requests.at(-1)?.ended).toBe('aborted');
    await reading;
    expect(reader.events.at(-1)).toMatchObject({ data: { stopReason: 'cancelled' } });

    const second = new ResumingReader(urls, grant);
    const again = second.read({ bullets: 5 });
    await eventually(() => {
      expect(second.text).toContain('word3');
    }, 15_000);
    await killFirstPod();
    await call(urls()[0] ?? '', `/replies/${String(second.replyId)}`, grant, 'DELETE');
    await again;
    expect(second.events.at(-1)).toMatchObject({ data: { stopReason: 'cancelled' } });
    expect(llm.requests).toHaveLength(requests + 1);
  }, 40_000);
});
