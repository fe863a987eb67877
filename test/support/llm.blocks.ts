import type { Chance } from './chance.js';
import type { LlmStep } from './llm.emulator.js';

export type StreamEvent = readonly [event: string, data: Readonly<Record<string, unknown>>];

/** Deltas that may stand in the start of their block: all of a short one, never those of a long stream. */
const MOST_STARTED = 3;

type TextStep = Extract<LlmStep, { text: unknown }>;

/**
 * The content blocks of a message, in an order and cut as the API or a gateway in front of it may
 * have them. Which order a stream has says nothing of what its citations mean.
 * - Citations come before their block's text in recordings
 *   (https://github.com/vercel/ai/blob/main/packages/anthropic/src/__fixtures__/anthropic-web-search-tool.1.chunks.txt),
 *   behind it in the documentation (https://docs.claude.com/en/docs/build-with-claude/citations).
 * - There, a bullet's marker stands in the block before, without a citation.
 * - A sentence may be several blocks, each with citations of its own; a block may hold several lines.
 * - Thinking has a block of its own, before all text
 *   (https://docs.claude.com/en/docs/build-with-claude/extended-thinking#streaming-thinking).
 * - Gateways put the first text, or citations, into `content_block_start`.
 */
export function* contentBlocks(steps: readonly LlmStep[], chance: Chance): Generator<StreamEvent> {
  let index = 0;
  if (chance.oneIn(4)) yield* thinkingBlock(index++);
  for (const step of split(merge(moveMarkers(steps, chance), chance), chance)) {
    if (chance.oneIn(8)) yield ['ping', {}];
    if ('ping' in step) yield ['ping', {}];
    else if ('event' in step) yield [step.event, step.data];
    else yield* textBlock(step, index++, chance);
  }
}

function* thinkingBlock(index: number): Generator<StreamEvent> {
  const block = { type: 'thinking', thinking: '', signature: '' };
  yield ['content_block_start', { index, content_block: block }];
  const thinking = { type: 'thinking_delta', thinking: '- What could I say?\n' };
  yield ['content_block_delta', { index, delta: thinking }];
  const signature = { type: 'signature_delta', signature: 'emulated' };
  yield ['content_block_delta', { index, delta: signature }];
  yield ['content_block_stop', { index }];
}

/** A marker inside of a cited block, or in the block before it. */
function* moveMarkers(steps: readonly LlmStep[], chance: Chance): Generator<LlmStep> {
  let carried = '';
  for (const [place, step] of steps.entries()) {
    if (!isText(step) || typeof step.text !== 'string') {
      if (carried !== '') yield { text: carried };
      carried = '';
      yield step;
      continue;
    }
    let text = carried + step.text;
    carried = '';
    const next = steps[place + 1];
    const isBeforeCited = next && isText(next) && typeof next.text === 'string' && isCited(next);
    if (!isCited(step) && text.endsWith('- ') && isBeforeCited && chance.oneIn(2)) {
      carried = '- ';
      text = text.slice(0, -2);
    }
    if (isCited(step) && text.startsWith('- ') && chance.oneIn(2)) {
      yield { text: '- ' };
      text = text.slice(2);
    }
    if (text !== '' || step.text === '') yield { ...step, text };
  }
  if (carried !== '') yield { text: carried };
}

/** What rests on the same is one block, or several. */
function* merge(steps: Iterable<LlmStep>, chance: Chance): Generator<LlmStep> {
  let last: LlmStep | undefined;
  for (const step of steps) {
    if (last && isMergeable(last, step) && chance.oneIn(2)) {
      last = { ...last, text: `${String(last.text)}${String((step as TextStep).text)}` };
      continue;
    }
    if (last) yield last;
    last = step;
  }
  if (last) yield last;
}

const isMergeable = (one: LlmStep, other: LlmStep): one is TextStep =>
  isText(one) &&
  isText(other) &&
  typeof one.text === 'string' &&
  typeof other.text === 'string' &&
  String(one.cites ?? []) === String(other.cites ?? []);

function* split(steps: Iterable<LlmStep>, chance: Chance): Generator<LlmStep> {
  for (const step of steps) {
    const parts = isText(step) && typeof step.text === 'string' ? partsOf(step.text) : undefined;
    if (!parts || !isText(step) || !chance.oneIn(3)) {
      yield step;
      continue;
    }
    const cites = step.cites ?? [];
    const half = chance.oneIn(2) ? cites.length : Math.ceil(cites.length / 2);
    const rest = half === cites.length ? cites : cites.slice(half);
    yield { text: parts[0], cites: cites.slice(0, half) };
    yield { text: parts[1], cites: rest };
  }
}

/** Two parts of one line, each with a word of it. */
const partsOf = (text: string): [string, string] | undefined => {
  const [, first, second] = /^(\S*\w\S* )(\S*\w[^\n]*\n?)$/.exec(text) ?? [];
  return first && second ? [first, second] : undefined;
};

const isText = (step: LlmStep): step is TextStep => 'text' in step;
const isCited = ({ cites = [] }: TextStep): boolean => cites.length > 0;

function* textBlock({ text, cites = [] }: TextStep, index: number, chance: Chance) {
  const deltas = typeof text === 'string' ? (text.match(/[^]{1,5}/g) ?? []) : [...text];
  const isStarted = typeof text === 'string' && chance.oneIn(4);
  const startedWith = Math.min(deltas.length, MOST_STARTED);
  const started = isStarted ? deltas.splice(0, chance.pick(1, startedWith)).join('') : '';
  const when = chance.pick('before', 'after', 'between', 'start');
  const citations = cites.map(citationOf);
  yield [
    'content_block_start',
    {
      index,
      content_block: {
        type: 'text',
        text: started,
        ...(cites.length > 0 ? { citations: when === 'start' ? citations : [] } : {}),
      },
    },
  ] as StreamEvent;
  const cited = (when === 'start' ? [] : citations).map((citation): StreamEvent => [
    'content_block_delta',
    { index, delta: { type: 'citations_delta', citation } },
  ]);
  const told = deltas.map((piece): StreamEvent => [
    'content_block_delta',
    { index, delta: { type: 'text_delta', text: piece } },
  ]);
  const place = { before: 0, start: 0, after: told.length, between: chance.below(told.length + 1) };
  yield* told.toSpliced(place[when], 0, ...cited);
  yield ['content_block_stop', { index }] as StreamEvent;
}

/** A citation of one block of the first document. */
export const citationOf = (block: number): Readonly<Record<string, unknown>> => ({
  type: 'content_block_location',
  cited_text: '',
  document_index: 0,
  document_title: null,
  start_block_index: block,
  end_block_index: block + 1,
});
