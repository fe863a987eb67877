import { escapeInline, oneLine } from '../markdown.js';
import { type ChangeKind, kindOfVerb, VERBS } from './change.kind.js';
import { alikeKey, textOf } from './fold.js';
import { parseSubject, type Subject } from './subject.js';
import type { Unit } from './unit.js';

const TITLE_LENGTH = 110;

/** What stands in front of a title already. */
export interface Heading {
  readonly label: string;
  readonly scope?: string;
  /** The titles are of work that is not done yet. */
  readonly open?: boolean;
}

/** The titles of units, for the middle of a line: one each, but for every gathered dependency update. */
export const quoteUnits = (units: readonly Unit[], heading: Heading): string[][] => {
  const texts = units.map(textsOf);
  const kind = heading.label === '' ? undefined : units[0]?.subject.kind;
  const verb = kind && REPEATED_VERBS[kind];
  // One title without its verb beside others that have theirs reads badly.
  const drops = verb !== undefined && texts.flat().every((text) => verb.test(text));
  const isAlone = units.length === 1 && heading.label === '' && heading.scope === undefined;
  return units.map(({ subject }, index) => {
    const sort = heading.label === '' && !heading.open && !isAlone ? sortOf(subject) : '';
    const scope = escapeInline(remainder(subject.scope, heading.scope));
    const place = [sort, scope].filter(Boolean).join(' in ');
    return (texts[index] ?? []).map((text) => {
      const title = drops ? text.replace(verb, '') || text : text;
      const told = escapeInline(shortened(isAlone ? title : uncapitalised(title)));
      return place === '' ? told : `${place}: ${told}`;
    });
  });
};

/** Among other things a title that leaves its kind to its type says it in front. */
const SORTS: Partial<Record<ChangeKind, string>> = {
  feature: 'new',
  fix: 'fixed',
  security: 'security',
  performance: 'faster',
  removal: 'removed',
  deprecation: 'deprecated',
  revert: 'reverted',
};

const sortOf = ({ kind, explicit, text, breaking }: Subject): string => {
  if (breaking) return 'breaking';
  return explicit && kindOfVerb(text) === undefined ? (SORTS[kind] ?? '') : '';
};

const textsOf = (unit: Unit): string[] => {
  const { subject, actions } = unit;
  const isGathered = subject.kind === 'dependencies' && !unit.open;
  const texts = isGathered ? actions.map(({ title }) => parseSubject(title).text) : [textOf(unit)];
  const newest = new Map<string, string>();
  for (const text of texts) {
    const key = isGathered ? alikeKey(text) : text;
    if (!newest.has(key)) newest.set(key, oneLine(text));
  }
  return [...newest.values()];
};

/** What of a scope is not in the heading: `ipv4` of `net: ipv4` behind "net". */
const remainder = (scope: string | undefined, told: string | undefined): string => {
  if (scope === undefined || scope === told) return '';
  if (told === undefined || !scope.startsWith(told)) return scope;
  return scope.slice(told.length).replace(/^[\s/:,]+/, '');
};

/** Behind the label "Fixed", "fix a crash" reads "a crash"; `add a to b` says nothing without its verb. */
const REPEATED_VERBS: Partial<Record<ChangeKind, RegExp>> = {
  feature: /^(?:adds?|added|introduces?|implements?) (?!(?:\S+ ){0,20}(?:to|in|into) )/i,
  fix: /^(?:fix(?:e[sd])?) (?!for |in |up )/i,
  removal: /^(?:removes?d?|deletes?d?) (?!(?:\S+ ){0,20}from )/i,
  deprecation: /^deprecate[sd]? /i,
  documentation: /^documents? /i,
  dependencies: /^(?:bump|upgrade|update)s? (?:the |dependency )?/i,
};

/** Further words that titles begin with, in the imperative. */
const IMPERATIVES = new Set(
  'adjust apply backport bring build bump change check clarify configure convert define detect disable display do emit ensure error exclude export extend finish forward generate get ignore improve include initialize inject keep let limit link load log look make mark mention migrate pass preserve reduce refuse reject remember render replace report require respect restore return reuse run save send set show skip sort stop switch throw translate treat trim try turn tweak update upgrade upload use validate warn write'.split(
    ' ',
  ),
);

/** A verb is no name: in the middle of a line it is small. */
const uncapitalised = (text: string): string => {
  const [verb = ''] = /^\p{Lu}\p{Ll}+(?= )/u.exec(text) ?? [];
  const word = verb.toLowerCase();
  return VERBS.has(word) || IMPERATIVES.has(word)
    ? verb.toLowerCase() + text.slice(verb.length)
    : text;
};

export const shortened = (text: string, length = TITLE_LENGTH): string => {
  const characters = [...text];
  if (characters.length <= length) return text;
  const start = characters.slice(0, length).join('');
  const wordEnd = start.lastIndexOf(' ');
  return `${wordEnd > length / 2 ? start.slice(0, wordEnd) : start}…`;
};
