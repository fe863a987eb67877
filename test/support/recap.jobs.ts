import fc from 'fast-check';

import { ACTION_STATES, ACTION_TYPES, type Action } from '../../src/providers/action.js';
import {
  type QuestionJob,
  RECAP_STYLES,
  type RecapJob,
  type RecapWriter,
  type WriterEvent,
} from '../../src/chat/writer/recap.writer.js';
import { commit, repositoryNamed } from './histories.js';

/** A week in May 2025 in Zurich, five professional bullets in English. */
export const jobOf = (actions: readonly Action[], more: Partial<RecapJob> = {}): RecapJob => ({
  nonce: 'a1b2c3d4',
  actions,
  truncated: false,
  readAll: true,
  from: '2025-05-11T22:00:00Z',
  to: '2025-05-18T22:00:00Z',
  timeZone: 'Europe/Zurich',
  bullets: 5,
  style: 'professional',
  language: 'en',
  ...more,
});

/** All that a writer said, put together. */
export interface Written {
  readonly text: string;
  readonly lines: readonly string[];
  readonly bullets: readonly string[];
  /** The cited actions of each bullet, in their order. */
  readonly citations: ReadonlyMap<number, readonly string[]>;
  readonly events: readonly WriterEvent[];
  readonly end: Extract<WriterEvent, { kind: 'end' }>;
}

export const writeAll = (
  writer: RecapWriter,
  job: RecapJob,
  signal: AbortSignal = new AbortController().signal,
): Promise<Written> => put(writer.write(job, signal));

export const answerAll = (writer: RecapWriter, job: QuestionJob): Promise<Written> =>
  put(writer.answer(job, new AbortController().signal));

const put = async (spoken: AsyncIterable<WriterEvent>): Promise<Written> => {
  const events: WriterEvent[] = [];
  for await (const event of spoken) events.push(event);
  const text = events.map((event) => (event.kind === 'text' ? event.text : '')).join('');
  const citations = new Map<number, string[]>();
  for (const event of events) {
    if (event.kind !== 'citation') continue;
    citations.set(event.bullet, [...(citations.get(event.bullet) ?? []), event.actionId]);
  }
  const end = events.at(-1);
  if (end?.kind !== 'end') throw new Error('The last event is not the end.');
  const lines = text.split('\n').filter(Boolean);
  const bullets = lines.filter((line) => line.startsWith('- '));
  return { text, lines, bullets, citations, events, end };
};

/** Where a citation stood: behind its own bullet's text, before the next one's. */
export const citationsFollowTheirBullets = (events: readonly WriterEvent[]): boolean => {
  let text = '';
  return events.every((event) => {
    if (event.kind === 'text') text += event.text;
    if (event.kind !== 'citation') return true;
    const bullets = text.split('\n').filter((line) => line.startsWith('- ')).length;
    return text.endsWith('\n') && bullets === event.bullet;
  });
};

/** Pieces that Markdown, HTML, terminals and bidirectional text are broken with. */
const HOSTILE = [
  '[x](https://evil.example)',
  '![x](//evil.example/a.png)',
  '<script>alert(1)</script>',
  '<https://evil.example>',
  'https://evil.example/?q=1',
  'hthttps://tps://evil.example',
  'www.evil.example',
  'ada@evil.example',
  '[x]: https://evil.example',
  '`code',
  '```',
  '**',
  '__',
  '\\[x\\](y)',
  '\n- forged bullet',
  '\r\n# heading',
  '\u2028',
  '\u202Eright to left',
  '\u200B',
  '\u0000',
  '&lt;b&gt;&#91;',
  '1. ',
  '> ',
  'Revert "',
  'fix(x): ',
  'wip',
  '#12',
];

const wild = fc
  .array(fc.oneof(fc.string({ unit: 'binary', maxLength: 12 }), fc.constantFrom(...HOSTILE)), {
    maxLength: 6,
  })
  .map((pieces) => pieces.join(''));

/** Actions as nobody would write them. */
const wildActions: fc.Arbitrary<Action[]> = fc
  .array(
    fc.record({
      type: fc.constantFrom(...ACTION_TYPES),
      title: wild,
      body: fc.option(wild, { nil: undefined }),
      name: wild,
      repository: fc.oneof(fc.constantFrom('octo/api', 'octo/web'), wild),
      number: fc.option(fc.integer({ min: 1, max: 5 }), { nil: undefined }),
      state: fc.option(fc.constantFrom(...ACTION_STATES), { nil: undefined }),
      additions: fc.option(fc.nat(), { nil: undefined }),
    }),
    { maxLength: 40 },
  )
  .map((drafts) =>
    drafts.map(({ name, repository, ...draft }, index) => ({
      ...commit(draft.title, { repository: repositoryNamed(repository) }),
      ...draft,
      id: `action-${index}`,
      author: { name, bot: false },
    })),
  );

export const wildJobs: fc.Arbitrary<RecapJob> = fc
  .record({
    actions: wildActions,
    bullets: fc.integer({ min: 1, max: 15 }),
    style: fc.constantFrom(...RECAP_STYLES),
    language: fc.constantFrom('en', 'de-CH', 'ja'),
  })
  .map(({ actions, ...more }) => jobOf(actions, more));
