import { visible, withoutAddresses } from '../markdown.js';

/** A word that is longer than this is let out in parts, with a space between them. */
const MAX_HELD = 4_000;
/** Code units at the end of a chunk that may decide how the next ones are read. */
const MAX_UNSETTLED = 64;
/** Quotes, headings, lists, tasks, rules and code blocks. */
const LEADING_MARKERS =
  /^(?:>|\[[ xX]\](?=\s|$)|(?:[#+=*_-]+|\d{1,9}[.)])(?=\s|$)|`{3,}|~{3,}|\s+)+/;

/**
 * Makes a model's text safe while it streams, whatever the chunks' borders: emphasis and code stay,
 * links, images and HTML lose what makes them so. Text that may still become one of these is held
 * back until the next space.
 */
export class SafeMarkdown {
  /** The beginning of what makes sense together only: half a surrogate pair, a letter and its joiner. */
  private unsettled = '';
  /** The beginning of a word. */
  private held = '';

  /** @param begun Whether the text goes on in the middle of a line. */
  constructor(private begun = false) {}

  /** What is safe to show of everything pushed so far and not yet shown. */
  push(chunk: string): string {
    const raw = this.unsettled + chunk;
    const settled = endOfSettled(raw);
    this.unsettled = raw.slice(settled);
    return this.release(visible(raw.slice(0, settled)));
  }

  /** The rest; the next push begins a new line. */
  flush(): string {
    const rest = this.begin(disarm(this.held + visible(this.unsettled))).trimEnd();
    this.unsettled = '';
    this.held = '';
    this.begun = false;
    return rest;
  }

  private release(text: string): string {
    const border = startOfLastWord(text);
    if (border > 0) {
      const finished = this.held + text.slice(0, border);
      this.held = text.slice(border);
      return this.begin(disarm(finished));
    }
    this.held += text;
    if (this.held.length <= MAX_HELD) return '';
    // The space keeps apart what would be a link together.
    const part = `${this.held} `;
    this.held = '';
    return this.begin(disarm(part));
  }

  /** Nothing at the beginning of a line may turn it into a heading, a list or a code block. */
  private begin(text: string): string {
    if (this.begun) return text;
    const content = text.replace(LEADING_MARKERS, '');
    this.begun = content !== '';
    return content;
  }
}

/** Nothing is escaped with a backslash: inside of `code` that would show. */
const disarm = (text: string): string =>
  withoutAddresses(text)
    .replace(/\](?=[([:])/g, '] ')
    .replace(/<(?=[A-Za-z/!?])/g, '‹');

/** Where what can belong together without a space begins: an address, a tag, the middle of a link. */
const startOfLastWord = (text: string): number => {
  let start = text.length;
  while (start > 0 && isVisibleAscii(text.charCodeAt(start - 1))) start -= 1;
  return start;
};

const isVisibleAscii = (code: number): boolean => code > 0x20 && code < 0x7f;

/** Whether a joiner is seen depends on its neighbours: letters that are joined wait for the next. */
const endOfSettled = (raw: string): number => {
  const floor = Math.max(0, raw.length - MAX_UNSETTLED);
  let end = raw.length;
  if (isHighSurrogate(raw.charCodeAt(end - 1))) end -= 1;
  do {
    while (end > floor && isJoiner(raw.charCodeAt(end - 1))) end -= 1;
    if (end > floor && raw.charCodeAt(end - 1) > 0x7f) end -= 1;
    if (end > floor && isHighSurrogate(raw.charCodeAt(end - 1))) end -= 1;
  } while (end > floor && isJoiner(raw.charCodeAt(end - 1)));
  // Nothing that is read has longer runs of joined letters.
  return end > floor || floor === 0 ? end : raw.length;
};

const isHighSurrogate = (code: number): boolean => code >= 0xd800 && code <= 0xdbff;
const isJoiner = (code: number): boolean => code === 0x200c || code === 0x200d;
