import type { RawMessageStreamEvent } from '@anthropic-ai/sdk/resources/messages';
import { describe, expect, it } from '@jest/globals';

import { Chance } from '../../../../test/support/chance.js';
import { commit } from '../../../../test/support/histories.js';
import { citationOf, contentBlocks } from '../../../../test/support/llm.blocks.js';
import type { LlmStep } from '../../../../test/support/llm.emulator.js';
import type { WriterEvent } from '../recap.writer.js';
import { blockOf } from './block.js';
import { blockEvents } from './block.events.js';
import { Continuation } from './continuation.js';
import { ReplyParser } from './reply.parser.js';
import { Said } from './said.js';

const actions = Array.from({ length: 10 }, (_, index) => ({
  ...commit(`Says number ${String(index)}`),
  id: `action-${String(index)}`,
}));
const blocks = actions.map((action) => blockOf(action, 0));

/** What comes of a stream: the text, and by bullet the numbers of the actions it is cited with. */
const read = (
  events: Iterable<readonly [string, object]>,
  said = new Said('', { citations: [], pending: [] }, false),
): { text: string; citations: Record<number, string[]>; uncited: number[] } => {
  const parser = new ReplyParser(5, said);
  const continuation = new Continuation(said.bullets);
  const told: WriterEvent[] = [];
  for (const [type, data] of events) {
    const event = { type, ...data } as unknown as RawMessageStreamEvent;
    for (const spoken of blockEvents(event, blocks)) {
      for (const passed of continuation.push(spoken)) told.push(...said.tell(parser.hear(passed)));
    }
  }
  for (const passed of continuation.end()) told.push(...said.tell(parser.hear(passed)));
  told.push(...said.tell(parser.end()));
  const citations: Record<number, string[]> = {};
  for (const event of told) {
    if (event.kind !== 'citation') continue;
    citations[event.bullet] = [
      ...(citations[event.bullet] ?? []),
      event.actionId.replace('action-', ''),
    ].sort();
  }
  const text = told.map((event) => (event.kind === 'text' ? event.text : '')).join('');
  return { text, citations, uncited: said.uncited };
};

const start = (index: number, block: object = { type: 'text', text: '', citations: [] }) =>
  ['content_block_start', { index, content_block: block }] as const;
const text = (index: number, piece: string) =>
  ['content_block_delta', { index, delta: { type: 'text_delta', text: piece } }] as const;
const cite = (index: number, number: number) =>
  [
    'content_block_delta',
    { index, delta: { type: 'citations_delta', citation: citationOf(number) } },
  ] as const;
const stop = (index: number) => ['content_block_stop', { index }] as const;

const TEXT = '- Says number 2\n- Says number 8\n- Says number 7\n';
const RIGHT = { text: TEXT, citations: { 1: ['2'], 2: ['8'], 3: ['7'] }, uncited: [] };

describe('citations belong to the bullet of their block’s text', () => {
  it('when they come before it, its marker in the block before', () => {
    const events = [2, 8, 7].flatMap((number, place) => [
      start(2 * place),
      text(2 * place, place === 0 ? '- ' : '\n- '),
      stop(2 * place),
      start(2 * place + 1),
      cite(2 * place + 1, number),
      text(2 * place + 1, `Says number ${String(number)}`),
      stop(2 * place + 1),
    ]);
    expect(read(events)).toEqual(RIGHT);
  });

  it('when they come before it, its marker in the block', () => {
    const events = [2, 8, 7].flatMap((number, index) => [
      start(index),
      cite(index, number),
      text(index, `- Says number ${String(number)}\n`),
      stop(index),
    ]);
    expect(read(events)).toEqual(RIGHT);
  });

  it('when text and citations come in content_block_start', () => {
    const events = [2, 8, 7].flatMap((number, index) => [
      start(index, {
        type: 'text',
        text: `- Says number ${String(number)}\n`,
        citations: [citationOf(number)],
      }),
      stop(index),
    ]);
    expect(read(events)).toEqual(RIGHT);
  });

  it('when one block holds several bullets, for all of them, also where the next has begun', () => {
    const events = [start(0), text(0, '- one\n- two\n- thr'), cite(0, 4), text(0, 'ee\n'), stop(0)];
    expect(read(events).citations).toEqual({ 1: ['4'], 2: ['4'], 3: ['4'] });
  });

  it('when a bullet is several blocks', () => {
    const events = [
      ...[start(0), text(0, '- one '), cite(0, 1), stop(0)],
      ...[start(1), cite(1, 2), cite(1, 1), text(1, 'and two'), stop(1)],
      ...[start(2), text(2, '.\n'), stop(2)],
    ];
    expect(read(events)).toMatchObject({ text: '- one and two.\n', citations: { 1: ['1', '2'] } });
  });

  it('when a block has no text at all, of the bullet that is being written', () => {
    const events = [
      ...[start(0), text(0, '- one'), stop(0), start(1), cite(1, 3), stop(1)],
      ...[start(2), text(2, '\n- two'), stop(2)],
    ];
    expect(read(events)).toMatchObject({ citations: { 1: ['3'] }, uncited: [2] });
  });

  it('when nobody says where blocks begin: then of the text that came last', () => {
    const events = [2, 8, 7].flatMap((number) => [
      text(0, `- Says number ${String(number)}\n`),
      cite(0, number),
    ]);
    expect(read(events)).toEqual(RIGHT);
  });

  it('and to none where the text is dropped, or is only a full stop behind another bullet', () => {
    const events = [
      ...[start(0), cite(0, 1), text(0, 'Here is the recap:\n\n'), stop(0)],
      ...[start(1), cite(1, 2), text(1, '- one'), stop(1)],
      ...[start(2), cite(2, 3), text(2, '.\n- two'), stop(2)],
    ];
    expect(read(events)).toMatchObject({ citations: { 1: ['2'], 2: ['3'] }, uncited: [] });
  });

  it('when a model says again what it had said, also of a bullet before', () => {
    const before = '- Says number 2\n- Says number ';
    const said = new Said(before, { citations: [], pending: [] }, false);
    const events = [
      ...[start(0), cite(0, 2), text(0, '- Says number 2'), stop(0)],
      ...[start(1), text(1, '\n- '), stop(1)],
      ...[start(2), cite(2, 8), text(2, 'says number 8'), stop(2)],
      ...[start(3), text(3, '\n- Says number 7\n'), cite(3, 7), stop(3)],
    ];
    expect(read(events, said)).toEqual({
      ...RIGHT,
      text: TEXT.slice(before.length),
    });
  });

  it.each([
    ['null', null],
    ['of a type that is not known', { type: 'sparkle', document_index: 0 }],
    ['without its fields', { type: 'content_block_location' }],
    ['with words for numbers', { ...citationOf(1), start_block_index: '1' }],
  ])('and a citation that is %s is none', (_, citation) => {
    const delta = { type: 'citations_delta', citation };
    const events = [
      ...[start(0), text(0, '- one\n'), ['content_block_delta', { index: 0, delta }] as const],
      stop(0),
    ];
    expect(read(events)).toMatchObject({ text: '- one\n', citations: {} });
  });

  it('in whichever order a message comes', () => {
    const steps: LlmStep[] = [
      { text: 'Sure:\n\n' },
      { text: '- ' },
      { text: 'Keys of **auth** now rotate', cites: [0, 1] },
      { text: '.\n- ' },
      { text: 'The parser survives empty input', cites: [3] },
      { text: '.\n- Nobody did this.\n' },
      { text: '- Two bullets\n', cites: [5] },
      { text: '- of the same source\n', cites: [5] },
    ];
    const right = {
      text: '- Keys of **auth** now rotate.\n- The parser survives empty input.\n- Nobody did this.\n- Two bullets\n- of the same source\n',
      citations: { 1: ['0', '1'], 2: ['3'], 4: ['5'], 5: ['5'] },
      uncited: [3],
    };
    for (let seed = 0; seed < 500; seed += 1) {
      const events = contentBlocks(steps, new Chance('order', String(seed)));
      expect({ seed, ...read(events) }).toEqual({ seed, ...right });
    }
  });
});
