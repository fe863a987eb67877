import { describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { coAuthorsIn, coAuthorsOf } from './co-authors.js';

const BOB = 'Co-authored-by: Bob <bob@example.com>';

const MESSAGES = {
  'one in lower case': 'S\n\nco-authored-by: Bob <bob@example.com>\n',
  'a space before the colon': 'S\n\nCo-authored-by : Bob <bob@example.com>\n',
  folded: 'S\n\nCo-authored-by: Bob van\n  der Berg <bob@example.com>\n',
  two: `S\n\n${BOB}\nCo-authored-by: Cy <cy@example.com>\n`,
  'carriage returns': `S\r\n\r\nBody\r\n\r\n${BOB}\r\n`,
  'a cherry-pick line': `S\n\n${BOB}\n(cherry picked from commit ${'12'.repeat(20)})\n`,
  'another paragraph after': `S\n\n${BOB}\n\nSigned-off-by: Ada <ada@example.com>\n`,
  'prose around': `S\n\nProse.\nMore.\nAnd more.\nAnd more.\n${BOB}\n`,
  'prose and a sign-off': `S\n\nProse.\n${BOB}\nSigned-off-by: Ada <ada@example.com>\n`,
  'no paragraph of its own': `S\n${BOB}\n`,
  'only a title': `${BOB}\n`,
  indented: '  S\n\n  Co-authored-by: Bob <bob@example.com>\n',
  'comments after': `S\n\n${BOB}\n\n# Please enter the commit message\n# Changes\n`,
  quoted: `S\n\n> ${BOB}\n\nEnd.\n`,
  'without an address': 'S\n\nCo-authored-by: Bob\n',
};

/** What git itself finds. */
const asGitHasIt = (message: string): string[] =>
  execFileSync('git', ['interpret-trailers', '--parse', '--no-divider'], { input: message })
    .toString('utf8')
    .split('\n')
    .filter((line) => /^co-authored-by/i.test(line))
    .flatMap((line) => coAuthorsOf(line.replace(/^[^:]*: /, '')).map(({ name }) => name));

describe('coAuthorsIn', () => {
  it.each(Object.entries(MESSAGES))('finds whom git finds: %s', (_, message) => {
    expect(coAuthorsIn(message).map(({ name }) => name)).toEqual(asGitHasIt(message));
  });

  it.each([
    ['Bob <bob@example.com> (Example Inc.)', ['Bob']],
    ['Bob <bob@example.com>, Cy <cy@example.com>', ['Bob', 'Cy']],
    ['Bob <bob@example.com> (Example Inc.); Cy <cy@example.com>', ['Bob', 'Cy']],
    ['Doe, Jane <jane@example.com>', ['Doe, Jane']],
    ['Bob bob@example.com', []],
  ])('reads %s', (value, names) => {
    expect(coAuthorsOf(value).map(({ name }) => name)).toEqual(names);
  });
});
