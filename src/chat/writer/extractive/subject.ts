import { oneLine } from '../markdown.js';
import { GITMOJI, TYPES, VERBS, type ChangeKind } from './change.kind.js';

/** What a title tells, whichever habit it was written in. */
export interface Subject {
  readonly kind: ChangeKind;
  /** The author named the kind (`fix: …`, 🐛); otherwise it was read from the first verb. */
  readonly explicit: boolean;
  readonly scope?: string;
  readonly breaking: boolean;
  /** The title without type, scope and number: one line, never empty, not yet escaped. */
  readonly text: string;
  /** The pull request named in the title, such as `(#12)` or `Merged PR 12:`. */
  readonly pullRequest?: number;
  /** The title that is taken back, as {@link titleKey} writes it. */
  readonly reverts?: string;
}

/** A whole emoji, such as 👨‍💻, of which the first sign says what it stands for. */
const GITMOJI_PREFIX =
  /^(:[a-z0-9_+-]{1,40}:|\p{Extended_Pictographic})(?:[\u{FE0F}\u{1F3FB}-\u{1F3FF}]|\u200D\p{Extended_Pictographic})*\s*/u;
const NUMBER_SUFFIX = / ?\((?:#|!|PR #?)(\d{1,9})\)$/;
const NUMBER_PREFIX = /^Merged PR (\d{1,9}): /;
const TRACKER_KEY = /^\[?[A-Z][A-Z0-9]{1,9}-\d{1,7}\]?(?:\s*[:–-])?\s+(?=\S)/;
const CONVENTIONAL = /^(\p{L}+)(?:\(([^()]{1,60})\))?(!)?:\s+(\S.*)$/u;
const BRACKETED = /^\[([^[\]]{1,40})\]:?\s+(\S.*)$/;
/** As in Linux and Go: `net: ipv4: fix …`, `cmd/compile: …`, `doc, test: …`. */
const PREFIXED = /^((?:[\p{L}\p{N}_./@+*-]{1,40}(?:: |, ?))*[\p{L}\p{N}_./@+*-]{1,40}): (\S.*)$/u;
const REVERT = /^(?:Revert|Reapply|Reland):? "(.+)"$/i;
const CONVENTIONAL_REVERT = /^revert(?:\([^()]*\))?!?: (.+)$/i;
const VERSION = /^(?:\p{L}+ )?v?\d+\.\d[\w.+-]*$/iu;

export const parseSubject = (title: string, body = ''): Subject => {
  const { text: numbered, emoji } = withoutEmoji(lineOf(title) || '(no title)');
  const { text: whole, pullRequest } = withoutNumber(numbered);

  const revert = parseRevert(whole);
  if (revert !== undefined) return { ...revert, pullRequest };

  const breaking = emoji === '💥' || /^BREAKING[ -]CHANGE: /m.test(body);
  const subject = { ...parseKind(whole.replace(TRACKER_KEY, ''), GITMOJI.get(emoji)), pullRequest };
  return { ...subject, breaking: breaking || subject.breaking };
};

/** As much of a title as can matter: a revert of a revert of … is read again and again. */
const lineOf = (title: string): string => oneLine(title.slice(0, 1_000));

/** Titles with the same key say the same. */
export const titleKey = (title: string): string =>
  withoutNumber(withoutEmoji(lineOf(title)).text).text.toLowerCase();

const withoutEmoji = (title: string): { text: string; emoji: string } => {
  const [prefix = '', emoji = ''] = GITMOJI_PREFIX.exec(title) ?? [];
  const text = title.slice(prefix.length);
  return text ? { text, emoji } : { text: title, emoji };
};

const withoutNumber = (title: string): { text: string; pullRequest?: number } => {
  const number = NUMBER_SUFFIX.exec(title) ?? NUMBER_PREFIX.exec(title);
  const text = number ? title.replace(number[0], '') : title;
  return number && text ? { text, pullRequest: Number(number[1]) } : { text: title };
};

/** A revert of a revert brings the first change back: it is told as that change. */
const parseRevert = (title: string): Subject | undefined => {
  const target = REVERT.exec(title)?.[1] ?? CONVENTIONAL_REVERT.exec(title)?.[1];
  if (target === undefined) return undefined;
  if (REVERT.test(withoutNumber(target).text) || !/^revert/i.test(title)) {
    return parseSubject(target.replace(REVERT, '$1'));
  }
  const { scope, text } = parseSubject(target);
  const reverts = titleKey(target);
  return { kind: 'revert', explicit: true, scope, breaking: false, text, reverts };
};

const parseKind = (title: string, emojiKind?: ChangeKind): Omit<Subject, 'pullRequest'> => {
  const [, type = '', scope, mark, text = ''] = CONVENTIONAL.exec(title) ?? [];
  const kind = TYPES.get(type.toLowerCase());
  if (kind) return { kind, explicit: true, scope: scope?.trim(), breaking: mark === '!', text };

  if (VERSION.test(title)) return { kind: 'release', explicit: true, breaking: false, text: title };

  const prefixed = BRACKETED.exec(title) ?? PREFIXED.exec(title);
  const rest = prefixed?.[2] ?? title;
  return {
    kind: emojiKind ?? VERBS.get(firstWord(rest)) ?? 'other',
    explicit: emojiKind !== undefined,
    scope: prefixed?.[1],
    breaking: false,
    text: rest,
  };
};

const firstWord = (text: string): string => /^\p{L}+/u.exec(text)?.[0].toLowerCase() ?? '';
