import { oneLine } from '../markdown.js';
import { isSecurity, kindOfObject } from './about.js';
import { ACRONYMS, GITMOJI, kindOfVerb, TYPES, UPKEEP, type ChangeKind } from './change.kind.js';
import { isVersionOrBranch, kindOfScope, prefixOf, tellingScope } from './scope.js';
import { isAboutVersion, isVersion } from './version.title.js';

/** What a title tells, whichever habit it was written in. */
export interface Subject {
  readonly kind: ChangeKind;
  /** The author named the kind (`fix: …`, 🐛); otherwise it was read from the words. */
  readonly explicit: boolean;
  readonly scope?: string;
  readonly breaking: boolean;
  /** The title without type, scope and number: one line, never empty, not yet escaped. */
  readonly text: string;
  /** It does nothing but set, prepare or announce a version. */
  readonly version?: boolean;
  /** The pull request named in the title, such as `(#12)` or `Merged PR 12:`. */
  readonly pullRequest?: number;
  /** The title that is taken back, as {@link titleKey} writes it. */
  readonly reverts?: string;
}

type Reading = Omit<Subject, 'pullRequest'>;

/** A whole emoji, such as 👨‍💻, of which the first sign says what it stands for. */
const GITMOJI_PREFIX =
  /^(:[a-z0-9_+-]{1,40}:|\p{Extended_Pictographic})(?:[\u{FE0F}\u{1F3FB}-\u{1F3FF}]|\u200D\p{Extended_Pictographic})*\s*/u;
const NUMBER_SUFFIX = / ?\((?:#|!|PR #?)(\d{1,9})\)$/;
const NUMBER_PREFIX = /^Merged PR (\d{1,9}): /;
const TRACKER_KEY = /^\[?[A-Z][A-Z0-9]{1,9}-\d{1,7}\]?(?:\s*[:–-])?\s+(?=\S)/;
/** With the colons and brackets of Chinese and Japanese keyboards, and whether or not a space follows. */
const CONVENTIONAL = /^(\p{L}+)(?:[(（]([^()（）]{1,60})[)）])?([!！])?[:：]\s*(\S.*)$/u;
const BRACKETED = /^[[【]([^[\]【】]{1,60})[\]】][:：]?\s*(?=\S)/u;
const BRACKETS_READ = 3;
/** Says how a title came here, not what it says. */
const ORIGIN = /^(?:pr|mr) #?\d|\bbackport\b|^(?:cherry-?pick(?:ed)?|mrg(?:\+\d)?|rfc|rfr)$/i;
const REVERT = /^(?:Revert|Reapply|Reland):? "(.+)"$/i;
const CONVENTIONAL_REVERT = /^revert(?:\([^()]*\))?!?: (.+)$/i;

export const parseSubject = (title: string, body = ''): Subject => {
  const { text: numbered, emoji } = withoutEmoji(lineOf(title) || '(no title)');
  const { text: whole, pullRequest } = withoutNumber(numbered);

  const revert = parseRevert(whole);
  if (revert !== undefined) return { ...revert, pullRequest };

  const breaking = emoji === '💥' || emoji === ':boom:' || /^BREAKING[ -]CHANGE: /m.test(body);
  const subject = parseKind(whole.replace(TRACKER_KEY, ''), GITMOJI.get(emoji));
  const hole = !UPKEEP.has(subject.kind) && !subject.version && isSecurity(title, body);
  return {
    ...subject,
    ...(hole && { kind: 'security' as const, explicit: true }),
    breaking: breaking || subject.breaking,
    pullRequest,
  };
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
  const { scope, text, version } = parseSubject(target);
  // A version that was taken back is as much about versions as setting it.
  if (version) return told('chore', true, text, scope, version);
  const reverts = titleKey(target);
  return { kind: 'revert', explicit: true, scope, breaking: false, text, reverts };
};

const parseKind = (title: string, emojiKind?: ChangeKind): Reading => {
  const [, type = '', scope, mark, text = ''] = CONVENTIONAL.exec(title) ?? [];
  const kind = ACRONYMS.get(type) ?? TYPES.get(type.toLowerCase());
  if (kind) {
    const reading = { explicit: true, breaking: mark !== undefined, text };
    const version = isAboutVersion(title) || (UPKEEP.has(kind) && isAboutVersion(text));
    if (version) return { ...reading, kind: 'chore', version };
    const meant = UPKEEP.has(kind) ? kind : (kindOfObject(text, true) ?? kind);
    return { ...reading, kind: upkeepScope(scope) ?? meant, scope: tellingScope(scope) };
  }
  if (isVersion(title)) return told('release', true, title, undefined, true);
  if (isAboutVersion(title)) return told('chore', emojiKind !== undefined, title, undefined, true);
  return parseFree(title, emojiKind);
};

const SCOPES_OF_UPKEEP = new Set<ChangeKind>(['ci', 'dependencies', 'documentation', 'test']);

/** Of `feat(deps)` or `fix(docs)` the scope says what it is; `fix(build)` may be about a builder. */
const upkeepScope = (scope: string | undefined): ChangeKind | undefined => {
  const kind = scope === undefined ? undefined : kindOfScope(scope);
  return kind && SCOPES_OF_UPKEEP.has(kind) ? kind : undefined;
};

/** A title without a type: brackets or a scope in front, then what was done. */
const parseFree = (title: string, emojiKind?: ChangeKind): Reading => {
  const { bracket, rest } = withoutBrackets(title);
  const bracketKind =
    bracket === undefined ? undefined : (ACRONYMS.get(bracket) ?? TYPES.get(bracket.toLowerCase()));
  const named = bracketKind ?? kindOfVerb(bracket ?? '');
  if (named) return told(named, true, rest);
  const prefixed = bracket ? { scope: bracket, text: rest } : prefixOf(rest);
  if (!prefixed && rest !== title) return { ...parseKind(rest, emojiKind) };
  const scopeKind = prefixed && kindOfScope(prefixed.scope);
  const text = prefixed?.text ?? rest;
  const kind = emojiKind ?? scopeKind ?? kindOfObject(text, false) ?? kindOfVerb(text) ?? 'other';
  const isNamed = emojiKind !== undefined || scopeKind !== undefined;
  return told(kind, isNamed, text, scopeKind ? undefined : tellingScope(prefixed?.scope));
};

/** The first bracket that says something, and the title behind all of them. */
const withoutBrackets = (title: string): { bracket?: string; rest: string } => {
  let rest = title;
  for (let read = 0; read < BRACKETS_READ; read += 1) {
    const [whole, name = ''] = BRACKETED.exec(rest) ?? [];
    if (whole === undefined) break;
    rest = rest.slice(whole.length);
    if (!ORIGIN.test(name) && !isVersionOrBranch(name)) return { bracket: name, rest };
  }
  return { rest };
};

const told = (
  kind: ChangeKind,
  explicit: boolean,
  text: string,
  scope?: string,
  version?: boolean,
): Reading => ({ kind, explicit, scope, breaking: false, text, ...(version && { version }) });
