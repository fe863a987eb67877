import { describe, expect, it } from '@jest/globals';

import type { BlockEvent } from './block.events.js';
import { Continuation } from './continuation.js';
import { ReplyParser } from './reply.parser.js';
import { Said } from './said.js';

/** The whole text, after a model went on behind `before`, in deltas of so many characters. */
const goOn = (before: string, answer: string, size: number): string => {
  const said = new Said(before, { citations: [], pending: [] }, false);
  const parser = new ReplyParser(5, said);
  const continuation = new Continuation(before);
  let text = before;
  const hear = (events: readonly BlockEvent[]): void => {
    for (const event of events) {
      for (const spoken of said.tell(parser.hear(event))) {
        if (spoken.kind === 'text') text += spoken.text;
      }
    }
  };
  for (let start = 0; start < answer.length; start += size) {
    hear(continuation.push({ kind: 'text', index: 0, text: answer.slice(start, start + size) }));
  }
  hear(continuation.end());
  for (const spoken of said.tell(parser.end())) if (spoken.kind === 'text') text += spoken.text;
  return text;
};

const SECOND = '- First thing.\n- Second thing was ';
const DONE = '- First thing.\n- Second thing was done\n- Third\n';

describe('going on after a break neither repeats nor swallows', () => {
  it.each([
    ['with what comes next', SECOND, 'done\n- Third', DONE],
    ['with a space that is there already', SECOND, ' done\n- Third', DONE],
    ['with the bullet', SECOND, '- Second thing was done\n- Third', DONE],
    ['with the bullet in another case', SECOND, '- second Thing was done\n- Third', DONE],
    ['with the bullet, its marker another one', SECOND, '* Second thing was done\n- Third', DONE],
    ['with the bullet, its marker left out', SECOND, 'Second thing was done\n- Third', DONE],
    ['with the bullet in bold', SECOND, '- **Second** thing was done\n- Third', DONE],
    ['with everything', SECOND, `${SECOND}done\n- Third`, DONE],
    [
      'with an announcement and the bullet',
      SECOND,
      'Continuing from where I left off:\n\n- Second thing was done\n- Third',
      DONE,
    ],
    ['with an announcement', SECOND, 'Here is the rest:\n\ndone\n- Third', DONE],
    ['with an announcement of one line', SECOND, 'Sure:\n- Second thing was done\n- Third', DONE],
    [
      'with an announcement behind a whole bullet',
      '- First thing.\n',
      'Continuing:\n\n- First thing.\n- Second',
      '- First thing.\n- Second\n',
    ],
    [
      'with a colon that is meant',
      SECOND,
      'the following:\n- Third',
      '- First thing.\n- Second thing was the following:\n- Third\n',
    ],
    [
      'with the next bullet',
      '- Added the parser. ',
      '- Fixed the lexer',
      '- Added the parser. \n- Fixed the lexer\n',
    ],
    [
      'in another case, as the issue has it',
      '- Added the parser ',
      '- added the parser and the lexer',
      '- Added the parser and the lexer\n',
    ],
    [
      'with a bullet that begins like the one before',
      '- Added tests\n',
      '- Added tests for the parser',
      '- Added tests\n- Added tests for the parser\n',
    ],
    ['with a word that begins like the bullet', '- Add ', 'added words', '- Add added words\n'],
    [
      'with a dash and a number that are meant',
      '- Upgraded to Node ',
      '20. Then – at last – it ran',
      '- Upgraded to Node 20. Then – at last – it ran\n',
    ],
    [
      'with its last words',
      '- One of the second things was ',
      'of the second things was done',
      '- One of the second things was done\n',
    ],
    ['with nothing', SECOND, '', '- First thing.\n- Second thing was \n'],
  ])('%s', (_, before, answer, whole) => {
    for (const size of [1, 3, 7, 1_000]) {
      expect({ size, text: goOn(before, answer, size) }).toEqual({ size, text: whole });
    }
  });
});
