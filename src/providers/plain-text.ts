import { stripVTControlCharacters } from 'node:util';
import { MAX_BODY_LENGTH, MAX_TITLE_LENGTH } from './action.js';

/**
 * What a terminal obeys or a reader cannot see: control characters, characters that turn the
 * direction of text (CVE-2021-42574), invisible tag characters. Joiners stay: scripts and emoji need them.
 */
const HIDDEN = /[\p{Cc}\p{Bidi_Control}\u{FEFF}\u{E0000}-\u{E007F}]/gu;
const HIDDEN_EXCEPT_LAYOUT = /(?![\n\t])[\p{Cc}\p{Bidi_Control}\u{FEFF}\u{E0000}-\u{E007F}]/gu;
const HALF_A_PAIR_AT_THE_END = /[\uD800-\uDBFF]$/;

const cut = (text: string, length: number): string =>
  text.length <= length ? text : text.slice(0, length).replace(HALF_A_PAIR_AT_THE_END, '');

/** One line a reader can trust to be what it looks like, at most {@link MAX_TITLE_LENGTH} characters. */
export function plainLine(text: string): string {
  const line = stripVTControlCharacters(text).replaceAll(/\s+/g, ' ').replace(HIDDEN, '').trim();
  return cut(line, MAX_TITLE_LENGTH);
}

/** The same for text of several lines, at most {@link MAX_BODY_LENGTH} characters. */
export function plainText(text: string): string {
  const lines = stripVTControlCharacters(text).replaceAll(/\r\n?/g, '\n');
  return cut(lines.replace(HIDDEN_EXCEPT_LAYOUT, '').trim(), MAX_BODY_LENGTH);
}
