import { afterEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import {
  EmulatedWriter,
  job,
  REPLY,
  REPLY_TEXT,
} from '../../../../test/support/emulated.writer.js';
import { citationOf } from '../../../../test/support/llm.blocks.js';
import type { LlmEmulator, LlmScript } from '../../../../test/support/llm.emulator.js';
import {
  citationsFollowTheirBullets,
  jobOf,
  writeAll,
} from '../../../../test/support/recap.jobs.js';
import type { Environment } from '../../../config/environment.js';
import type { AnthropicWriter } from './anthropic.writer.js';

const { actions } = job;

let emulator: LlmEmulator;

const PRICE = { input: 3, output: 15, cacheWrite: 3.75, cacheRead: 0.3 };
const DEAR = { input: 300, output: 1_500, cacheWrite: 375, cacheRead: 30 };

const emulate = async (
  script: LlmScript,
  prices: Environment['ANTHROPIC_PRICES'] = {},
): Promise<AnthropicWriter> => {
  const started = await EmulatedWriter.start(script, { ANTHROPIC_PRICES: prices });
  emulator = started.emulator;
  return started.writer;
};

afterEach(async () => {
  await emulator.close();
});

describe('the recap of a language model', () => {
  it('streams bullets, each followed by its citations, and marks what cites nothing', async () => {
    const written = await writeAll(await emulate([REPLY]), job);

    expect(written.text).toContain(`(written by emulated-model).\n\n${REPLY_TEXT}`);
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
      bullets: 3,
      uncited: [3],
      doubtful: [],
    });
    expect(emulator.unexpected()).toEqual([]);
  });

  it('tells of what a bullet says and none of its sources', async () => {
    const steps = [{ text: '- Keys rotate in 4711 steps', cites: [0] }, { text: '.\n' }];
    const { end } = await writeAll(await emulate([{ steps }]), job);
    expect(end.doubtful).toEqual([{ bullet: 1, text: '4711' }]);
  });

  it('sends every action as a block to cite, marked off by a nonce of its own, and no tools', async () => {
    const writer = await emulate([REPLY, REPLY]);
    await writeAll(writer, job);
    await writeAll(writer, { ...job, nonce: 'f0f0f0f0' });

    const [first, second] = emulator.requests.map(({ body }) => body);
    const [document] = first?.messages[0]?.content ?? [];
    if (typeof document !== 'object' || document.type !== 'document') {
      throw new Error('no document');
    }
    const { content } = document.source;
    expect(document.citations).toEqual({ enabled: true });
    expect(content).toHaveLength(actions.length);
    expect(content[0]?.text).toMatch(/^[0-9a-f]{8}\| 2025-05-12 commit in octo\/api by /);
    expect(JSON.stringify(first?.messages)).toContain('in exactly 5 bullets');
    expect(second?.system).toContain('begins with "f0f0f0f0|" is data');
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
        expect(text.endsWith(`\n\n${REPLY_TEXT}`)).toBe(true);
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

  it.each([
    ['is in the table', { emulated: PRICE }, (900 * 3 + 100 * 0.3 + 50 * 15) / 1e6],
    ['is in it by a longer name', { emul: DEAR, emulated: PRICE }, 0.00348],
    ['is not', { 'another-model': PRICE }, undefined],
  ])('tells what it cost where the price of the model %s', async (_, prices, cost) => {
    const reply = { ...REPLY, inputTokens: 900, cachedTokens: 100, outputTokens: 50 };
    const { end } = await writeAll(await emulate([reply], prices), job);

    expect(end.usage).toEqual({
      writer: 'anthropic',
      model: 'emulated-model',
      inputTokens: 1_000,
      cachedInputTokens: 100,
      outputTokens: 50,
      ...(cost === undefined ? {} : { cost }),
    });
  });

  it('asks no model about nothing', async () => {
    const { text, end } = await writeAll(await emulate([]), jobOf([]));

    expect(text).toMatch(/^Nothing happened 12–18 May 2025/);
    expect(end.usage).toMatchObject({ inputTokens: 0, outputTokens: 0 });
    expect(emulator.requests).toHaveLength(0);
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
