import { afterEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { commit, conventional } from '../../../../test/support/histories.js';
import {
  citationOf,
  startLlmEmulator,
  type LlmEmulator,
  type LlmMessage,
  type LlmScript,
} from '../../../../test/support/llm.emulator.js';
import {
  citationsFollowTheirBullets,
  jobOf,
  writeAll,
} from '../../../../test/support/recap.jobs.js';
import { Environment } from '../../../config/environment.js';
import type { WriterEvent } from '../recap.writer.js';
import { AnthropicWriter } from './anthropic.writer.js';

const KEY = 'sk-emulated-secret';
const actions = conventional();
const job = jobOf(actions);

const REPLY: LlmMessage = {
  steps: [
    { text: '- ' },
    { text: 'Keys of **auth** now rotate', cites: [0, 1] },
    { ping: true },
    { text: '.\n- ' },
    { event: 'content_block_sparkle', data: { index: 9 } },
    { text: 'The parser survives empty input', cites: [3] },
    { text: '.\n- Nobody did this.' },
  ],
  inputTokens: 1_234,
  outputTokens: 56,
};
const TEXT =
  '- Keys of **auth** now rotate.\n- The parser survives empty input.\n- Nobody did this.\n';

let emulator: LlmEmulator;

const emulate = async (script: LlmScript, idleMilliseconds?: number): Promise<AnthropicWriter> => {
  emulator = await startLlmEmulator(script);
  const environment = new Environment();
  environment.ANTHROPIC_API_KEY = KEY;
  environment.ANTHROPIC_BASE_URL = emulator.url;
  environment.ANTHROPIC_MODEL = 'emulated-model';
  return new AnthropicWriter(environment, { idleMilliseconds, retryMilliseconds: 1 });
};

/** What a reader saw before a recap failed, and with what. */
const writeUntilFailure = async (
  writer: AnthropicWriter,
  signal = new AbortController().signal,
): Promise<{ events: WriterEvent[]; error: unknown }> => {
  const events: WriterEvent[] = [];
  try {
    for await (const event of writer.write(job, signal)) events.push(event);
  } catch (error) {
    return { events, error };
  }
  throw new Error('It did not fail.');
};

afterEach(async () => {
  await emulator.close();
});

describe('the recap of a language model', () => {
  it('streams bullets, each followed by its citations, and marks what cites nothing', async () => {
    const written = await writeAll(await emulate([REPLY]), job);

    expect(written.text).toContain(`(written by emulated-model).\n\n${TEXT}`);
    expect(written.citations).toEqual(
      new Map([
        [1, [actions[0]?.id, actions[1]?.id]],
        [2, [actions[3]?.id]],
      ]),
    );
    expect(citationsFollowTheirBullets(written.events)).toBe(true);
    expect(written.end).toEqual({
      kind: 'end',
      stopReason: 'end',
      usage: {
        writer: 'anthropic',
        model: 'emulated-model',
        inputTokens: 1_234,
        outputTokens: 56,
      },
      uncited: [3],
    });
    expect(emulator.unexpected()).toEqual([]);
  });

  it('sends every action as a block to cite, marked off by a nonce of its own, and no tools', async () => {
    const writer = await emulate([REPLY, REPLY]);
    await writeAll(writer, job);
    await writeAll(writer, job);

    const [first, second] = emulator.requests.map(({ body }) => body);
    const [document] = first?.messages[0]?.content ?? [];
    if (typeof document !== 'object' || document.type !== 'document')
      {throw new Error('no document');}
    const { content } = document.source;
    expect(document.citations).toEqual({ enabled: true });
    expect(content).toHaveLength(actions.length);
    expect(content[0]?.text).toMatch(/^[0-9a-f]{8}\| 2025-05-12 commit in octo\/api by /);
    expect(first?.system).toContain('at most 5 bullets');
    expect(first?.system).not.toBe(second?.system);
  });

  it('gives the same recap wherever the deltas end', async () => {
    const pieces = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 });
    await fc.assert(
      fc.asyncProperty(pieces, async (lengths) => {
        const steps = REPLY.steps.map((step) =>
          'text' in step ? { ...step, text: cut(String(step.text), lengths) } : step,
        );
        const writer = await emulate([{ ...REPLY, steps }]);
        const { text, end } = await writeAll(writer, job).finally(() => emulator.close());
        expect(text.endsWith(`\n\n${TEXT}`)).toBe(true);
        expect(end.uncited).toEqual([3]);
      }),
      { numRuns: 15 },
    );
  });

  it('cuts bullets nobody asked for, and hears no citation of what is not there', async () => {
    const steps = [
      { text: '- one', cites: [0, 999] },
      { text: '\n- two', cites: [999] },
      { text: '\n- three', cites: [1] },
    ];
    const { bullets, citations, end } = await writeAll(await emulate([{ steps }]), {
      ...job,
      bullets: 2,
    });

    expect(bullets).toEqual(['- one', '- two']);
    expect(citations).toEqual(new Map([[1, [actions[0]?.id]]]));
    expect(end.uncited).toEqual([2]);
  });

  it('ignores citations of other forms and other documents', async () => {
    const cite = (citation: Readonly<Record<string, unknown>>) => ({
      event: 'content_block_delta',
      data: { index: 0, delta: { type: 'citations_delta', citation } },
    });
    const { end } = await writeAll(
      await emulate([
        {
          steps: [
            { text: '- one' },
            cite({ ...citationOf(0), type: 'char_location' }),
            cite({ ...citationOf(0), document_index: 1 }),
            cite({ ...citationOf(0), start_block_index: -3, end_block_index: 0 }),
          ],
        },
      ]),
      job,
    );

    expect(end.uncited).toEqual([1]);
  });

  it('says when the model ran out of tokens', async () => {
    const { end } = await writeAll(await emulate([{ ...REPLY, stopReason: 'max_tokens' }]), job);

    expect(end.stopReason).toBe('length');
  });

  it('asks no model about nothing', async () => {
    const { text, end } = await writeAll(await emulate([]), jobOf([]));

    expect(text).toMatch(/^Nothing happened 12–18 May 2025/);
    expect(end.usage).toMatchObject({ inputTokens: 0, outputTokens: 0 });
    expect(emulator.requests).toHaveLength(0);
  });

  it('tells how many actions did not fit', async () => {
    const many = Array.from({ length: 1_500 }, () => commit('word '.repeat(50)));
    const { lines } = await writeAll(await emulate([REPLY]), jobOf(many));

    expect(lines[0]).toMatch(/1500 commits by 1 person; \d+ of them did not fit and were not read/);
  });
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

    expect(text.endsWith(TEXT)).toBe(true);
    expect(emulator.requests).toHaveLength(3);
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
    [401, 'authentication_error', /ANTHROPIC_API_KEY/],
    [404, 'not_found_error', /ANTHROPIC_MODEL/],
    [400, 'invalid_request_error', /refused/],
  ])(
    'does not repeat a request refused with %i, and keeps the key to itself',
    async (status, type, detail) => {
      const { error } = await writeUntilFailure(await emulate([{ status, type }]));

      expect(error).toMatchObject({
        code: 'writer_failed',
        message: expect.stringMatching(detail),
      });
      expect(String(error)).not.toContain(KEY);
      expect(emulator.requests).toHaveLength(1);
    },
  );

  it.each([['cut'], [{ error: 'overloaded_error' }]] as const)(
    'never says a word twice: it fails after %j in the middle',
    async (end) => {
      const { events, error } = await writeUntilFailure(await emulate([{ ...REPLY, end }]));

      expect(error).toMatchObject({ code: 'writer_failed' });
      expect(events.some(({ kind }) => kind === 'text')).toBe(true);
      expect(emulator.requests).toHaveLength(1);
    },
  );

  it('ends a reply that falls silent', async () => {
    const { error } = await writeUntilFailure(await emulate([{ ...REPLY, end: 'stall' }], 100));

    expect(error).toMatchObject({ code: 'writer_timeout' });
    expect(await emulator.requests[0]?.ended).toBe('aborted');
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
    expect(performance.now() - asked).toBeLessThan(100);
  });

  it('hangs up when nobody listens any more', async () => {
    const writer = await emulate([{ ...REPLY, end: 'stall' }]);
    for await (const event of writer.write(job, new AbortController().signal)) {
      if (event.kind === 'text') break;
    }

    expect(await emulator.requests[0]?.ended).toBe('aborted');
  });
});

const cut = (text: string, lengths: readonly number[]): string[] => {
  const pieces: string[] = [];
  for (let start = 0; start < text.length;) {
    const length = lengths[pieces.length % lengths.length] ?? 1;
    pieces.push(text.slice(start, start + length));
    start += length;
  }
  return pieces;
};
