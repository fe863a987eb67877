import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { inspect } from 'node:util';

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
import { tokensOf } from '../../../../test/support/llm.request.js';
import { jobOf, writeAll } from '../../../../test/support/recap.jobs.js';
import type { AnthropicWriter, AnthropicWriterOptions } from './anthropic.writer.js';
import { explainFailure } from './failure.js';

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

const NO_CREDIT = 'Your credit balance is too low to access the Anthropic API.';
const TOO_MANY =
  'max_tokens: 128001 > 64000, which is the maximum allowed number of output tokens for emulated-model';

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
    [401, 'authentication_error', '', 'writer_key_refused', /ANTHROPIC_API_KEY/],
    [402, 'billing_error', '', 'writer_no_credit', /credit/],
    [400, 'invalid_request_error', NO_CREDIT, 'writer_no_credit', /credit/],
    [403, 'permission_error', '', 'writer_forbidden', /ANTHROPIC_MODEL/],
    [404, 'not_found_error', 'model: claude-x', 'writer_model_not_found', /ANTHROPIC_MODEL/],
    [400, 'invalid_request_error', TOO_MANY, 'writer_max_tokens_high', /ANTHROPIC_MAX_TOKENS/],
    [400, 'invalid_request_error', 'messages: odd', 'writer_failed', /refused/],
  ])(
    'does not repeat a request refused with %i %s %j, and keeps the key and the answer to itself',
    async (status, type, said, code, detail) => {
      const message = `${said} the body of the answer`;
      const { error } = await writeUntilFailure(await emulate([{ status, type, message }]));

      expect(error).toMatchObject({ code, message: expect.stringMatching(detail) });
      expect(inspect(error, { depth: 9 })).not.toContain(EMULATED_KEY);
      expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('the body of');
      const cause = `${String(status)} ${type} (request req_011EmulatedRequest)`;
      expect(error).toMatchObject({ cause: { message: cause } });
      expect(emulator.requests).toHaveLength(1);
    },
  );

  it.each([
    [400, 'invalid_request_error', 'prompt is too long: 208310 tokens > 200000 maximum'],
    [400, 'invalid_request_error', 'input length and `max_tokens` exceed context limit: 1 + 2 > 2'],
    [413, 'request_too_large', 'Request exceeds the maximum size'],
  ])('asks once more with less when %i %s says %j', async (status, type, message) => {
    const failure = { status, type, message };
    const more = { ANTHROPIC_INPUT_TOKENS: 8_000 };
    const long = jobOf(
      job.actions.map((action) => ({ ...action, body: 'so it came to be. '.repeat(100) })),
    );
    const { writer, emulator: started } = await EmulatedWriter.start([failure, REPLY], more);
    emulator = started;
    const { text } = await writeAll(writer, long);

    expect(text.endsWith(REPLY_TEXT)).toBe(true);
    const [first = 0, second = 0] = emulator.requests.map(({ body }) => tokensOf(body));
    expect(second).toBeLessThan(first / 1.5);
  });

  it('says what to do when less is too much as well', async () => {
    const failure = { status: 413, type: 'request_too_large' };
    const { error } = await writeUntilFailure(await emulate(() => failure));

    expect(error).toMatchObject({
      code: 'writer_input_too_long',
      message: expect.stringMatching(/ANTHROPIC_INPUT_TOKENS/),
    });
  });

  it('does not take its own mistakes for a broken connection', async () => {
    const event = {
      event: 'message_delta',
      data: { delta: { stop_reason: 'end_turn' }, usage: 7 },
    };
    const odd = { event: 'content_block_start', data: { index: 0, content_block: null } };
    const { text } = await writeAll(
      await emulate([{ ...REPLY, steps: [odd, ...REPLY.steps, event] }]),
      job,
    );
    expect(text.endsWith(REPLY_TEXT)).toBe(true);

    const failure = await explainFailure(new TypeError('null has no property type'));
    expect(failure).toMatchObject({ transient: false, error: { code: 'writer_failed' } });
  });

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
      // What broke off was paid for, too: the input, and a token of every three bytes that came, which
      // are at least two bullets: not every model begins anew where it goes on.
      const twoBullets = brokenOff(2)
        .steps.map((step) => ('text' in step ? [step.text].flat().join('') : ''))
        .join('');
      expect(ending.usage.inputTokens).toBe(3 * 1_234);
      expect(ending.usage.outputTokens).toBeGreaterThanOrEqual(56 + twoBullets.length / 4);
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

  it.each([
    ['end_turn', 'end', ''],
    ['stop_sequence', 'end', ''],
    ['max_tokens', 'length', '…'],
    ['model_context_window_exceeded', 'length', '…'],
    ['refusal', 'refused', '…'],
  ])('tells an answer that stopped for %s as %s', async (stopReason, told, mark) => {
    const steps = [{ text: '- First thing was done\n' }, { text: '- Second thing whi' }];
    const { text, end } = await writeAll(await emulate([{ steps, stopReason }]), job);

    expect(text.endsWith(`- First thing was done\n- Second thing whi${mark}\n`)).toBe(true);
    expect(end).toMatchObject({ stopReason: told, bullets: 2 });
  });

  it('marks no bullet that is whole as cut', async () => {
    const reply: LlmMessage = { steps: [{ text: '- First\n- Second.' }], stopReason: 'max_tokens' };
    const { text } = await writeAll(await emulate([reply]), job);
    expect(text.endsWith('- First\n- Second.\n')).toBe(true);
  });

  it.each([['tool_use'], ['compaction'], [null]])(
    'takes no answer for whole that stopped for %j, and says so',
    async (stopReason) => {
      const reply: LlmMessage = { steps: [{ text: '- First thing whi' }], stopReason };
      const { events, error } = await writeUntilFailure(await emulate([reply]));

      expect(error).toMatchObject({
        code: 'writer_stopped',
        message: expect.stringContaining(stopReason ?? 'without saying why'),
      });
      const text = events.map((event) => (event.kind === 'text' ? event.text : '')).join('');
      expect(text.endsWith('- First thing whi…\n')).toBe(true);
    },
  );

  it('goes on with an answer that pauses, but not for ever', async () => {
    const script: LlmScript = (body, index) =>
      index === 0 ? { ...brokenOff(1), stopReason: 'pause_turn' } : goOnWith(REPLY, body);
    const { text, end } = await writeAll(await emulate(script), job);
    expect(text.endsWith(`\n\n${REPLY_TEXT}`)).toBe(true);
    expect(end.stopReason).toBe('end');
    await emulator.close();

    const pausing = await emulate(() => ({ steps: [], stopReason: 'pause_turn' }));
    expect((await writeUntilFailure(pausing)).error).toMatchObject({ code: 'writer_stopped' });
    expect(emulator.requests).toHaveLength(4);
  });

  it.each([
    [
      'refusal',
      { category: 'cyber', explanation: 'the body of it' },
      'writer_refused',
      /\(cyber\)/,
    ],
    ['refusal', undefined, 'writer_refused', /declined to answer\./],
    ['max_tokens', undefined, 'writer_max_tokens_low', /raise ANTHROPIC_MAX_TOKENS/],
  ])(
    'explains an answer without a word that stopped for %s',
    async (stopReason, stopDetails, code, detail) => {
      const reply: LlmMessage = { steps: [], stopReason, stopDetails };
      const { error } = await writeUntilFailure(await emulate([reply]));
      expect(error).toMatchObject({ code, message: expect.stringMatching(detail) });
      expect(String(error)).not.toContain('the body of');
    },
  );

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
