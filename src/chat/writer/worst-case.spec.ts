import { describe, expect, it } from '@jest/globals';

import { commit } from '../../../test/support/histories.js';
import { fill, growthOf, LARGE, PIECES, RATIO } from '../../../test/support/growth.js';
import { jobOf } from '../../../test/support/recap.jobs.js';
import type { BlockEvent } from './anthropic/block.events.js';
import { Continuation } from './anthropic/continuation.js';
import { ReplyParser } from './anthropic/reply.parser.js';
import { Said } from './anthropic/said.js';
import { findDoubts } from './claims/doubts.js';
import { findMatches } from './extractive/matches.js';
import { isBump, isNoise } from './extractive/noise.js';
import { phraseTopics, phrasingOf } from './extractive/phrasing.js';
import { parseSubject } from './extractive/subject.js';
import { topicOf } from './extractive/topic.js';
import { UnitCollector } from './extractive/unit.js';
import { escapeMarkdown, oneLine } from './markdown.js';

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
  'what is told of units': (text) => {
    const [unit] = unitsOf(text);
    return unit && phraseTopics([topicOf([unit, unit])], phrasingOf(jobOf([about(text)])));
  },
  'claims, and what is behind them': (text) =>
    findDoubts([{ bullet: 1, text, actionIds: [action.id] }], jobOf([about(text.slice(0, 4_000))])),
  'units, and a search in them': (text) => {
    const question = { ...jobOf([action]), recap: '', turns: [], omittedTurns: 0, question: text };
    return findMatches(unitsOf(text), question);
  },
};

describe.each(Object.entries(READERS))('the time to read %s', (_, read) => {
  it.each(PIECES)('grows no faster than a text of %j', (piece) => {
    expect(growthOf(read, piece)).toBeLessThan(RATIO);
  });
});
