import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Output, printable, Terminal, type Variables } from './terminal.js';

const output = (isTTY: boolean): Output => ({ write: () => undefined, isTTY });
const terminal = (variables: Variables, isTTY = true): Terminal =>
  new Terminal(output(isTTY), output(isTTY), variables);

describe('text for a terminal', () => {
  it('obeys nothing', () => {
    const text = 'a\u001b]0;title\u0007b\u009b2Jc\rd\u202ee\u2066f\u2028g\u{E0041}h';
    expect(printable(text)).toBe('a]0;titleb2Jcdefgh');
  });

  it('keeps what people write', () => {
    const text = 'Größe — 👩‍💻 \n العربية\n';
    expect(printable(text)).toBe(text);
  });

  it('never holds a control character', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(printable(text)).not.toMatch(/(?!\n)[\p{Cc}\p{Bidi_Control}]/u);
      }),
    );
  });
});

describe('a terminal', () => {
  it('has colours unless it is none, is dumb, or they are not wanted', () => {
    expect(terminal({ TERM: 'xterm' }).hasColour).toBe(true);
    expect(terminal({ TERM: 'xterm', NO_COLOR: '' }).hasColour).toBe(true);
    expect(terminal({ TERM: 'xterm', NO_COLOR: '1' }).hasColour).toBe(false);
    expect(terminal({ TERM: 'dumb' }).hasColour).toBe(false);
    expect(terminal({ TERM: 'xterm' }, false).hasColour).toBe(false);
  });

  it.each<[boolean, Variables]>([
    [true, { TERM_PROGRAM: 'WezTerm' }],
    [true, { VTE_VERSION: '7200' }],
    [true, { WT_SESSION: 'x' }],
    [true, { FORCE_HYPERLINK: '1' }],
    [false, { TERM: 'xterm-256color' }],
    [false, { VTE_VERSION: '4205' }],
    [false, { TERM_PROGRAM: 'WezTerm', FORCE_HYPERLINK: '0' }],
  ])('has links: %s for %j', (expected, variables) => {
    expect(terminal(variables).hasLinks).toBe(expected);
    expect(terminal(variables, false).hasLinks).toBe(false);
  });
});
