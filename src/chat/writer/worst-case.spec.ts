import { describe, expect, it } from '@jest/globals';

import { commit } from '../../../test/support/histories.js';
import { jobOf } from '../../../test/support/recap.jobs.js';
import type { BlockEvent } from './anthropic/block.events.js';
import { Continuation } from './anthropic/continuation.js';
import { ReplyParser } from './anthropic/reply.parser.js';
import { Said } from './anthropic/said.js';
import { findMatches } from './extractive/matches.js';
import { isBump, isNoise } from './extractive/noise.js';
import { parseSubject } from './extractive/subject.js';
import { UnitCollector } from './extractive/unit.js';
import { escapeMarkdown, oneLine } from './markdown.js';

const SMALL = 64 * 1_024;
const LARGE = 256 * 1_024;
/** Four times as long takes four times as long, or sixteen times where it is quadratic. */
const RATIO = 9;

/** What is said in pieces of a few characters, or at once. */
const parse = (text: string, piece: number, before = ''): string => {
  const said = new Said(before, { citations: [], pending: [] }, false);
  const parser = new ReplyParser(15, said);
  const continuation = new Continuation(before);
  let characters = '';
  const hear = (events: readonly BlockEvent[]): void => {
    for (const event of events) {
      for (const spoken of said.tell(parser.hear(event))) {
        if (spoken.kind === 'text') characters = spoken.text;
      }
    }
  };
  for (let start = 0; start < text.length; start += piece) {
    hear(continuation.push({ kind: 'text', index: 0, text: text.slice(start, start + piece) }));
  }
  hear(continuation.end());
  for (const spoken of said.tell(parser.end())) {
    if (spoken.kind === 'text') characters = spoken.text;
  }
  return characters;
};

const fill = (piece: string, length: number): string =>
  piece.repeat(Math.ceil(length / piece.length)).slice(0, length);

const PIECES = [
  'a',
  'a.',
  'a@',
  'a@1.1',
  '1.',
  ' ',
  ' \t',
  '\n',
  '- ',
  '-',
  '`',
  '[',
  '](',
  '<a',
  '&a',
  '_',
  'a:',
  'https://',
  'www.',
  '\u200d',
  '\u202e',
  '修',
  'می\u200c',
  '👨\u200d',
  '\ud83d',
  'Revert "',
  'fix(a): ',
  'a: ',
  'bump a ',
  'fix   ',
  '(#1) ',
];

const action = commit('feat: one');
const about = (title: string) => ({ ...action, title, body: title });
const unitsOf = (title: string) => {
  const collector = new UnitCollector();
  collector.add(about(title));
  return collector.collect();
};

const READERS: Readonly<Record<string, (text: string) => unknown>> = {
  oneLine,
  escapeMarkdown,
  'a bullet in one piece': (text) => parse(`- ${text}`, LARGE * 2),
  'a bullet in many pieces': (text) => parse(`- ${text}`, 8),
  'a line that is no bullet': (text) => parse(text, 8),
  'the rest of a bullet': (text) => parse(text, 8, `- One.\n- ${fill(text, 2_000)} `),
  parseSubject,
  'noise and bumps': (text) => [
    isNoise(about(text), parseSubject(text)),
    isBump(about(`bump ${text}`)),
  ],
  'units, and a search in them': (text) => {
    const question = { ...jobOf([action]), recap: '', turns: [], omittedTurns: 0, question: text };
    return findMatches(unitsOf(text), question);
  },
};

const milliseconds = (work: () => unknown): number => {
  const begun = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(begun);
  return (user + system) / 1_000;
};

/** How much longer four times as much takes; below some milliseconds it is the clock that is measured. */
const ratioOf = (read: (text: string) => unknown, textOf: (length: number) => string): number => {
  const [small, large] = [textOf(SMALL), textOf(LARGE)];
  let ratio = Infinity;
  for (let attempt = 0; attempt < 3 && ratio >= RATIO; attempt += 1) {
    const least = Math.max(
      20,
      milliseconds(() => read(small)),
    );
    ratio = Math.min(ratio, milliseconds(() => read(large)) / least);
  }
  return ratio;
};

describe.each(Object.entries(READERS))('the time to read %s', (_, read) => {
  it.each(PIECES)('grows no faster than a text of %j', (piece) => {
    const textOf = (length: number) => `1${fill(piece, length)}修!`;
    expect(ratioOf(read, textOf)).toBeLessThan(RATIO);
  });
});
