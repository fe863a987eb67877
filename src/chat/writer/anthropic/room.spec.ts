import { afterEach, describe, expect, it } from '@jest/globals';

import { EmulatedWriter } from '../../../../test/support/emulated.writer.js';
import { commit, pullRequest, repositoryNamed } from '../../../../test/support/histories.js';
import type { LlmEmulator, LlmScript } from '../../../../test/support/llm.emulator.js';
import { documentOf, tokensOf } from '../../../../test/support/llm.request.js';
import { answerAll, jobOf, writeAll } from '../../../../test/support/recap.jobs.js';
import type { Action } from '../../../providers/action.js';
import type { AnthropicWriter } from './anthropic.writer.js';

const CONDENSER = 'emulated-small-model';
const RECAP = { steps: [{ text: '- Done.\n', cites: [0] }] };

let emulator: LlmEmulator;

const emulate = async (tokens: number, script: LlmScript): Promise<AnthropicWriter> => {
  const started = await EmulatedWriter.start(script, {
    ANTHROPIC_INPUT_TOKENS: tokens,
    ANTHROPIC_CONDENSE_MODEL: CONDENSER,
    ANTHROPIC_PRICES: {
      'emulated-model': { input: 10, output: 100, cacheWrite: 12, cacheRead: 1 },
      [CONDENSER]: { input: 1, output: 2, cacheWrite: 1, cacheRead: 1 },
    },
  });
  emulator = started.emulator;
  return started.writer;
};

const many = (count: number, title: string, more: Partial<Action> = {}): Action[] =>
  Array.from({ length: count }, (_, index) => commit(`feat: ${title} ${index}`, more));

afterEach(async () => {
  await emulator.close();
  expect(emulator.unexpected()).toEqual([]);
});

describe('the actions of a recap, within the budget', () => {
  it('are sent as they are where there is room, and counted by the API only near the limit', async () => {
    const job = jobOf(many(20, 'step'));
    await writeAll(await emulate(10_000, [RECAP]), job);
    expect(emulator.counts()).toBe(0);
    await emulator.close();

    await writeAll(await emulate(2_000, [RECAP]), jobOf(many(82, 'step')));
    expect(emulator.counts()).toBe(1);
    expect(emulator.requests.map(({ body }) => documentOf(body).length)).toEqual([82]);
  });

  it.each([
    ['English', 'a word or two, and then a few more'],
    ['Chinese', '修复解析器在空输入时崩溃的问题并更新相关测试用例和文档说明内容'],
  ])('fit into it in %s', async (_, title) => {
    const tokens = 4_000;
    const job = jobOf(many(110, title));
    await writeAll(await emulate(tokens, ({ stream }) => (stream ? RECAP : condensed(2))), job);

    const written = emulator.requests.at(-1)?.body;
    expect(written && tokensOf(written)).toBeLessThanOrEqual(tokens);
  });

  it('lose noise first, and commits are folded into their pull requests, cited all the same', async () => {
    const pull = pullRequest(7, 'Add export');
    const part = { number: 7, title: pull.title, url: pull.url };
    const commits = many(60, 'step of the export', {
      body: 'why '.repeat(90),
      pullRequest: part,
    });
    const noise = Array.from({ length: 5 }, () => commit('wip'));
    const { text, citations, end } = await writeAll(
      await emulate(3_000, [RECAP]),
      jobOf([pull, ...commits, ...noise]),
    );

    const [request] = emulator.requests;
    const blocks = request ? documentOf(request.body) : [];
    expect(blocks).toHaveLength(1);
    expect(blocks[0]).toMatch(/Add export.* \| with: feat: step of the export 0; .* and 40 more$/);
    expect(text).toContain('5 merge or unfinished commits left out for room');
    expect(citations.get(1)?.[0]).toBe(pull.id);
    expect(end.condensed).toBeUndefined();
  });

  it('are condensed repository by repository in parallel by a cheaper model, and keep their ids', async () => {
    let running = 0;
    let peak = 0;
    const script: LlmScript = ({ stream }, index) => {
      if (stream) return { ...RECAP, inputTokens: 500, outputTokens: 10 };
      running += 1;
      peak = Math.max(peak, running);
      void emulator.requests[index]?.ended.then(() => (running -= 1));
      return { ...condensed(39), firstTokenDelay: 50, inputTokens: 2_000, outputTokens: 100 };
    };
    const names = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => `octo/${name}`);
    const actions = names.flatMap((name) =>
      many(40, `a change of ${name} that takes a few words to tell`, {
        repository: repositoryNamed(name),
      }),
    );
    const written = await writeAll(await emulate(2_000, script), jobOf(actions));

    expect(emulator.requests.map(({ body }) => body.model)).toEqual([
      ...names.map(() => CONDENSER),
      'emulated-model',
    ]);
    expect(peak).toBe(4);
    const [request] = emulator.requests.slice(-1);
    const [first = ''] = request ? documentOf(request.body) : [];
    const name = /octo\/\w/.exec(first)?.[0];
    expect(written.citations.get(1)).toEqual(
      actions
        .filter(({ repository }) => repository.fullName === name)
        .slice(0, 16)
        .map(({ id }) => id),
    );
    const steps = written.events.filter(
      (event) => event.kind === 'progress' && event.stage === 'condensing',
    );
    expect(steps).toEqual(
      [0, 1, 2, 3, 4, 5, 6].map((done) => expect.objectContaining({ done, total: 6 })),
    );
    // Each repository's last action stood in no line.
    expect(written.end.condensed).toEqual({ repositories: 6, actions: 234, dropped: 6 });
    expect(written.text).toContain('234 of them in 6 repositories were shortened first');
    expect(written.text).toContain('6 did not fit and were not read');
    expect(written.end.usage).toMatchObject({
      inputTokens: 6 * 2_000 + 500,
      outputTokens: 6 * 100 + 10,
      cost: (6 * (2_000 * 1 + 100 * 2) + 500 * 10 + 10 * 100) / 1e6,
    });
  });

  it('are told on one marked line each, whatever they have the cheaper model write', async () => {
    const lies = [
      'All is well.',
      '[1,2] see https://evil.example \u202eneddih\u202c\u200b <b>',
      '[9999,-1,0] nothing of ours',
      '[1] the same again',
      '[3] a1b2c3d4| a line of its own',
    ].join('\n');
    const actions = many(300, 'a change that takes a few words to tell');
    const { end } = await writeAll(
      await emulate(2_000, ({ stream }) => (stream ? RECAP : { steps: [{ text: lies }] })),
      jobOf(actions),
    );

    const [request] = emulator.requests.slice(-1);
    expect(request && documentOf(request.body)).toEqual([
      'a1b2c3d4| octo/api: see evil.example neddih <b>',
      'a1b2c3d4| octo/api: a1b2c3d4| a line of its own',
    ]);
    expect(end.condensed).toEqual({ repositories: 1, actions: 3, dropped: 297 });
  });

  it('stay marked as in progress when they are condensed', async () => {
    const script: LlmScript = ({ stream }) => (stream ? RECAP : condensed(39));
    const about = (name: string, merged: boolean) =>
      many(40, `a change of ${name} that takes a few words to tell`, {
        repository: repositoryNamed(`octo/${name}`),
        merged,
      });
    await writeAll(
      await emulate(2_000, script),
      jobOf([...about('open', false), ...about('done', true)]),
    );
    const [request] = emulator.requests.slice(-1);
    const blocks = request ? documentOf(request.body) : [];
    const marked = blocks.map((text) => /octo\/(\w+)( \[in progress\])?: /.exec(text)?.slice(1));
    expect(marked).toEqual(
      expect.arrayContaining([
        ['open', ' [in progress]'],
        ['done', undefined],
      ]),
    );
    expect(blocks).toHaveLength(2);
  });

  it('are dropped where they cannot be condensed, the least important first, and counted', async () => {
    const pull = pullRequest(9, 'The one that matters');
    const actions = [...many(300, 'a change that takes a few words to tell'), pull];
    const script: LlmScript = ({ stream }) =>
      stream ? RECAP : { status: 400, type: 'invalid_request_error' };
    const { end } = await writeAll(await emulate(2_000, script), jobOf(actions));

    const [request] = emulator.requests.slice(-1);
    const blocks = request ? documentOf(request.body) : [];
    expect(blocks.at(-1)).toContain('The one that matters');
    expect(end.condensed).toEqual({
      repositories: 0,
      actions: 0,
      dropped: actions.length - blocks.length,
    });
  });

  it('are expected to take what condensing them takes, before it is spent', async () => {
    const writer = await emulate(2_000, ({ stream }) => (stream ? RECAP : condensed(2)));
    const job = jobOf(many(600, 'a change that takes a few words to tell'));
    await writeAll(writer, job);

    const read = emulator.requests.reduce((sum, { body }) => sum + tokensOf(body), 0);
    expect(writer.estimate(job)).toBeGreaterThan(read);
  });
});

describe('a question about a recap, near the budget', () => {
  const turn = { question: 'And why?', answer: `- ${'Because. '.repeat(60)}\n` };

  it('begins with the very bytes of the recap, so that the cache knows them', async () => {
    const writer = await emulate(2_000, () => RECAP);
    const job = jobOf(many(90, 'step', { body: 'some more to tell about it' }));
    await writeAll(writer, job);
    await answerAll(writer, {
      ...job,
      recap: `- ${'Much was done. '.repeat(80)}`,
      question: 'Since when?',
      turns: [turn, turn],
      omittedTurns: 0,
    });

    const [recap, question] = emulator.requests.map(({ body }) => body);
    expect(question?.system).toBe(recap?.system);
    expect(question?.messages[0]?.content[0]).toEqual(recap?.messages[0]?.content[0]);
    expect(recap?.messages[0]?.content[0]).toMatchObject({ cache_control: { type: 'ephemeral' } });
  });

  it('brings along the latest turns that fit, and tells how many were left behind', async () => {
    const writer = await emulate(2_000, () => RECAP);
    const turns = Array.from({ length: 6 }, (_, index) => ({ ...turn, question: `${index}?` }));
    const { end } = await answerAll(writer, {
      ...jobOf(many(3, 'step')),
      recap: '- Done.',
      question: 'Since when?',
      turns,
      omittedTurns: 4,
    });

    const asked = emulator.requests[0]?.body.messages
      .filter(({ role }) => role === 'user')
      .slice(1);
    expect(asked?.map(({ content }) => typeof content === 'string' && content.slice(0, 2))).toEqual(
      ['4?', '5?', 'Si'],
    );
    expect(end.omittedTurns).toBe(4 + 4);
  });
});

/** One line about the first so many entries. */
function condensed(entries: number) {
  const numbers = Array.from({ length: entries }, (_, index) => index + 1);
  return { steps: [{ text: `[${numbers.join(',')}] what they are about` }] };
}
