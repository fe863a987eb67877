import { afterEach, describe, expect, it, jest } from '@jest/globals';

import {
  EMULATED_KEY,
  EmulatedWriter,
  job,
  REPLY,
  REPLY_TEXT,
  writeUntilFailure,
} from '../../../../test/support/emulated.writer.js';
import type { LlmEmulator, LlmMessage, LlmScript } from '../../../../test/support/llm.emulator.js';
import { goOnWith } from '../../../../test/support/llm.continuation.js';
import { writeAll } from '../../../../test/support/recap.jobs.js';
import type { AnthropicWriter, AnthropicWriterOptions } from './anthropic.writer.js';

let emulator: LlmEmulator;

/** The reply as far as its first so many pieces of text. */
const brokenOff = (pieces: number): LlmMessage => {
  const texts = REPLY.steps.filter((step) => 'text' in step);
  return { ...REPLY, steps: texts.slice(0, 2 * pieces) };
};

const emulate = async (
  script: LlmScript,
  options?: AnthropicWriterOptions,
): Promise<AnthropicWriter> => {
  const started = await EmulatedWriter.start(script, {}, options);
  emulator = started.emulator;
  return started.writer;
};

afterEach(async () => {
  await emulator.close();
});

describe('when the language model fails', () => {
  it.each([
    ['429', { status: 429, type: 'rate_limit_error', headers: { 'retry-after': '0' } }],
    ['500', { status: 500, type: 'api_error' }],
    ['529', { status: 529, type: 'overloaded_error' }],
    ['an overload before the first word', { steps: [], end: { error: 'overloaded_error' } }],
    ['a connection cut before the first word', { steps: [], end: 'cut' }],
  ] as const)('tries again after %s', async (_, failure) => {
    const { text } = await writeAll(await emulate([failure, failure, REPLY]), job);

    expect(text.endsWith(REPLY_TEXT)).toBe(true);
    expect(emulator.requests).toHaveLength(3);
  });

  it.each([
    ['twice as long each time, by chance longer or shorter', {}, 140 + 280],
    ['as long as it is asked to, and by chance longer', { 'retry-after': '1' }, 2 * (1_000 + 140)],
  ])('waits %s', async (_, headers, milliseconds) => {
    const failure = { status: 429, type: 'rate_limit_error', headers };
    const chance = jest.spyOn(Math, 'random').mockReturnValue(0.9);
    const writer = await emulate([failure, failure, REPLY], { retryMilliseconds: 100 });
    const begun = performance.now();
    await writeAll(writer, job).finally(() => chance.mockRestore());

    // Timers may come a millisecond early.
    expect(performance.now() - begun).toBeGreaterThanOrEqual(milliseconds - 4);
  });

  it('gives up after three retries', async () => {
    const writer = await emulate(() => ({ status: 529, type: 'overloaded_error' }));
    const { error } = await writeUntilFailure(writer);

    expect(error).toMatchObject({ code: 'writer_failed' });
    expect(emulator.requests).toHaveLength(4);
  });

  it('does not wait for long: it tells when to come back', async () => {
    const headers = { 'retry-after': '60' };
    const writer = await emulate([{ status: 429, type: 'rate_limit_error', headers }]);
    const { error } = await writeUntilFailure(writer);

    expect(error).toMatchObject({ code: 'writer_failed', retryAt: expect.any(Date) });
    expect(emulator.requests).toHaveLength(1);
  });

  it.each([
    [401, 'authentication_error', 'writer_unavailable', /ANTHROPIC_API_KEY/],
    [404, 'not_found_error', 'writer_unavailable', /ANTHROPIC_MODEL/],
    [400, 'invalid_request_error', 'writer_failed', /refused/],
  ])(
    'does not repeat a request refused with %i, and keeps the key to itself',
    async (status, type, code, detail) => {
      const { error } = await writeUntilFailure(await emulate([{ status, type }]));

      expect(error).toMatchObject({
        code,
        message: expect.stringMatching(detail),
      });
      expect(String(error)).not.toContain(EMULATED_KEY);
      expect(emulator.requests).toHaveLength(1);
    },
  );

  it.each([['cut'], ['stall'], [{ error: 'overloaded_error' }]] as const)(
    'has the model go on after %j in the middle, without a word lost or said twice',
    async (end) => {
      const script: LlmScript = (body, index) =>
        index < 2 ? { ...goOnWith(brokenOff(index + 1), body), end } : goOnWith(REPLY, body);
      const {
        text,
        citations,
        end: ending,
      } = await writeAll(await emulate(script, { idleMilliseconds: 200 }), job);

      expect(text.endsWith(`\n\n${REPLY_TEXT}`)).toBe(true);
      expect([...citations].map(([bullet, ids]) => [bullet, ids.length])).toEqual([
        [1, 2],
        [2, 1],
      ]);
      expect(ending).toMatchObject({ bullets: 3, uncited: [3] });
      // What broke off was paid for, too: the input, and a token of every three bytes that came.
      expect(ending.usage.inputTokens).toBe(3 * 1_234);
      expect(ending.usage.outputTokens).toBeGreaterThanOrEqual(56 + REPLY_TEXT.length / 4);
      expect(emulator.requests).toHaveLength(3);
      expect(emulator.unexpected()).toEqual([]);
    },
  );

  it('gives up a reply that falls silent again and again', async () => {
    const writer = await emulate(() => ({ steps: [], end: 'stall' }), {
      idleMilliseconds: 300,
    });
    const { error } = await writeUntilFailure(writer);

    expect(error).toMatchObject({ code: 'writer_timeout' });
    expect(emulator.requests).toHaveLength(4);
    expect(await emulator.requests[3]?.ended).toBe('aborted');
  });

  it('gives no empty recap', async () => {
    const reply: LlmMessage = { steps: [{ text: 'I will not.' }] };
    const { error } = await writeUntilFailure(await emulate([reply, reply, reply, reply]));

    expect(error).toMatchObject({ code: 'writer_failed' });
    expect(emulator.requests).toHaveLength(1);
  });

  it('tells when nobody answers', async () => {
    const writer = await emulate([]);
    await emulator.close();
    const { error } = await writeUntilFailure(writer);

    expect(error).toMatchObject({ code: 'writer_failed' });
  });
});

describe('when the recap is cancelled', () => {
  it.each([
    ['while the model thinks', { ...REPLY, firstTokenDelay: 60_000 }],
    ['while it writes', { ...REPLY, end: 'stall' }],
  ] as const)('hangs up at once %s', async (_, reply) => {
    const writer = await emulate([reply]);
    const abort = new AbortController();
    const reason = new Error('cancelled');
    let asked = 0;
    setTimeout(() => {
      asked = performance.now();
      abort.abort(reason);
    }, 300);

    const { error } = await writeUntilFailure(writer, abort.signal);

    expect(error).toBe(reason);
    expect(await emulator.requests[0]?.ended).toBe('aborted');
    expect(performance.now() - asked).toBeLessThan(200);
  });

  it('hangs up when nobody listens any more', async () => {
    const writer = await emulate([{ ...REPLY, end: 'stall' }]);
    for await (const event of writer.write(job, new AbortController().signal)) {
      if (event.kind === 'text') break;
    }

    expect(await emulator.requests[0]?.ended).toBe('aborted');
  });
});
