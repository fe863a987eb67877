import { styleText } from 'node:util';

/** A stream to write to, and whether someone sits before it. */
export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

export type Variables = Readonly<Record<string, string | undefined>>;

type Look = 'bold' | 'dim' | 'cyan' | 'green' | 'yellow' | 'red';

/**
 * What a terminal obeys or a reader cannot see: control characters, characters that turn the
 * direction of text (CVE-2021-42574), line and paragraph separators, invisible tags.
 */
const UNPRINTABLE =
  /(?!\n)[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}\u{FEFF}\u{E0000}-\u{E007F}]|\p{Cs}/gu;

/** Someone's text with nothing in it that does anything but be read. Line breaks stay. */
export const printable = (text: string): string => text.replaceAll(UNPRINTABLE, '');

/** Where the recap is written (standard output), and what is said about it (standard error). */
export class Terminal {
  readonly hasColour: boolean;
  readonly hasLinks: boolean;
  readonly isInteractive: boolean;
  readonly width: number;

  constructor(
    private readonly output: Output,
    private readonly notes: Output,
    environment: Variables,
  ) {
    const isCapable = output.isTTY === true && environment.TERM !== 'dumb';
    this.isInteractive = isCapable;
    // https://no-color.org: set and not empty means no colour.
    this.hasColour = isCapable && !environment.NO_COLOR;
    this.hasLinks = isCapable && showsLinks(environment);
    this.width = output.columns ?? 80;
    this.canRewrite = notes.isTTY === true && environment.TERM !== 'dumb';
  }

  /** Whether a line on standard error can be written over. */
  readonly canRewrite: boolean;

  write(text: string): void {
    this.output.write(text);
  }

  note(text: string): void {
    this.notes.write(text);
  }

  paint(look: Look, text: string): string {
    return this.hasColour ? styleText(look, text, { validateStream: false }) : text;
  }

  /** The text as a hyperlink (https://gist.github.com/egmontkob/eb114294efbcd5adb1944c9f3cb5feda). */
  link(text: string, url: string): string {
    return `\u001b]8;;${url}\u001b\\${text}\u001b]8;;\u001b\\`;
  }
}

/** Terminals say who they are, not what they can; the ones named here show hyperlinks. */
function showsLinks(environment: Variables): boolean {
  const { FORCE_HYPERLINK, TERM = '', TERM_PROGRAM = '', VTE_VERSION } = environment;
  if (FORCE_HYPERLINK) return FORCE_HYPERLINK !== '0';
  const isKnown = ['WT_SESSION', 'KITTY_WINDOW_ID', 'KONSOLE_VERSION', 'DOMTERM'].some(
    (name) => environment[name],
  );
  return (
    isKnown ||
    Number(VTE_VERSION) >= 5_000 ||
    /^(xterm-kitty|alacritty|foot|xterm-ghostty)/.test(TERM) ||
    ['iTerm.app', 'WezTerm', 'vscode', 'ghostty', 'Hyper', 'WarpTerminal'].includes(TERM_PROGRAM)
  );
}
