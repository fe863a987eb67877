import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { MarkdownStyler } from './markdown.styler.js';
import { Terminal } from './terminal.js';

const silent = { write: (): void => undefined, isTTY: true };
const terminal = (environment: Record<string, string> = {}): Terminal =>
  new Terminal(silent, silent, { TERM: 'xterm', ...environment });

function style(pieces: readonly string[], environment?: Record<string, string>): string {
  const styler = new MarkdownStyler(terminal(environment));
  return pieces.map((piece) => styler.style(piece)).join('') + styler.end();
}

/** A look that ends and begins anew at once looks the same as one that goes on. */
const joined = (text: string): string =>
  text.replaceAll('\u001b[22m\u001b[1m', '').replaceAll('\u001b[39m\u001b[36m', '');

describe('Markdown before a terminal', () => {
  it('shows bullets, strong text, headings and code', () => {
    expect(style(['# Week\n\n- **Search**: `rank` it\n'])).toBe(
      '\u001b[1mWeek\u001b[22m\n\n\u001b[32m•\u001b[39m \u001b[1mSearch\u001b[22m: \u001b[36mrank\u001b[39m it\n',
    );
  });

  it('shows them without colours, too', () => {
    expect(style(['## Week\n- **Search**: `rank`\n'], { NO_COLOR: '1' })).toBe(
      'Week\n• Search: rank\n',
    );
  });

  it('resolves escapes and leaves alone what is none', () => {
    const text = '\\*not strong\\* \\[x\\] C:\\dir a - b #12 2 * 3\n';
    expect(style([text], { NO_COLOR: '1' })).toBe('*not strong* [x] C:\\dir a - b #12 2 * 3\n');
  });

  it('comes out the same in whichever pieces it comes', () => {
    const texts = fc
      .array(
        fc.constantFrom('**', '*', '\\', '\\*', '`', '- ', '-', '# ', '##', '\n', 'word ', '🦊'),
      )
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(texts, (text) => {
        expect(joined(style([...text]))).toBe(joined(style([text])));
      }),
    );
  });
});
