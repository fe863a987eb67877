import type { Terminal } from './terminal.js';

const TOKENS = /\\[!-/:-@[-`{-~]|\*\*|`|\n|- ?|#{1,6} ?|[^\\*`\n#-]+|[^]/gu;
/** The first half of one, unless nothing more comes. */
const UNFINISHED = /^(?:\\|\*|-|#{1,6})$/;

/**
 * Makes Markdown that comes in pieces into text for a terminal: escapes resolved, bullets, strong
 * text, headings and code shown. Anything else stays as it was written.
 */
export class MarkdownStyler {
  private held = '';
  private isLineStart = true;
  private isStrong = false;
  private isHeading = false;
  private isCode = false;

  constructor(private readonly terminal: Terminal) {}

  style(piece: string): string {
    const tokens = tokensOf(this.held + piece);
    this.held = UNFINISHED.test(tokens.at(-1) ?? '') ? (tokens.pop() ?? '') : '';
    return this.styleAll(tokens);
  }

  /** What was held back in case more came. */
  end(): string {
    const rest = this.held;
    this.held = '';
    return this.styleAll(tokensOf(rest));
  }

  private styleAll(tokens: readonly string[]): string {
    return tokens.map((token) => this.styleOne(token)).join('');
  }

  private styleOne(token: string): string {
    const wasLineStart = this.isLineStart;
    this.isLineStart = token === '\n';
    if (token === '\n') {
      this.isHeading = false;
      return token;
    }
    if (wasLineStart && token === '- ') return `${this.terminal.paint('green', '•')} `;
    if (wasLineStart && /^#+ $/.test(token)) {
      this.isHeading = true;
      return '';
    }
    if (token === '**') {
      this.isStrong = !this.isStrong;
      return '';
    }
    if (token === '`') {
      this.isCode = !this.isCode;
      return '';
    }
    return this.look(token.length === 2 && token.startsWith('\\') ? token.slice(1) : token);
  }

  private look(text: string): string {
    if (this.isCode) return this.terminal.paint('cyan', text);
    return this.isStrong || this.isHeading ? this.terminal.paint('bold', text) : text;
  }
}

const tokensOf = (text: string): string[] => [...text.matchAll(TOKENS)].map(([token]) => token);
