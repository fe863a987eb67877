import type { ChangeKind } from './change.kind.js';

/** What stands in `code` is a name, and tells nothing of the sort of a change. */
const CODE = /`[^`]{0,80}`/g;
const SECURITY =
  /\b(?:CVE-\d{4}-\d{4,9}|GHSA(?:-[0-9a-z]{4}){3}|XSS|CSRF|SSRF|ReDoS|(?:address|avoid|close|fix|mitigate|patch|prevent)(?:e[sd]|s)? [^.]{0,60}\bvulnerabilit(?:y|ies))\b/i;
const ADVISORY = /\b(?:CVE-\d{4}-\d{4,9}|GHSA(?:-[0-9a-z]{4}){3})\b/i;

/**
 * What a change is made to tells more than its verb: who fixes a typo changes the documentation, who
 * removes what nobody uses tidies up. The first that fits counts.
 */
const OBJECTS: readonly (readonly [ChangeKind, RegExp])[] = [
  [
    'dependencies',
    /\b(?:dependenc(?:y|ies)|lock ?files?)\b|^(?:bump|pin|update|upgrade|downgrade)s? \S.{0,200} (?:to v?\d|with \d{1,4} updates?)/i,
  ],
  [
    'ci',
    /\b(?:ci|workflows?|pipelines?|github actions?|gh actions?|pre-commit|codeql|dependabot|renovate)\b/i,
  ],
  [
    'test',
    /\b(?:tests?|test suite|doctests?|unit ?tests?|snapshots?|flak[ey]s?|fixtures?|xfail|benchmarks?|playgrounds?)\b/i,
  ],
  [
    'documentation',
    /\b(?:typos?|readme|docs?|docstrings?|documentation|changelogs?|grammar|spelling|tutorials?|demos?|examples?|(?:user |quickstart |contributing )?guides?|(?:broken|dead) links?|code comments?|code of conduct|security policy|release notes)\b|\.(?:md|rst|adoc)\b/i,
  ],
  [
    'chore',
    /\b(?:lint(?:er|ing)?|eslint|prettier|mypy|pyright|clippy|rustfmt|gofmt|copyright|licen[cs]e header|codeowners|gitignore|editorconfig|todos?|console\.log)\b/i,
  ],
  ['refactoring', /\b(?:unused|dead code|unneeded|unnecessary|superfluous|redundant|obsolete)\b/i],
];

/** In a title whose author named the kind, only what leaves no doubt counts. */
const SURE: readonly (readonly [ChangeKind, RegExp])[] = [
  ['dependencies', /^(?:bump|update|upgrade|downgrade)s? \S.{0,200} to v?\d|\block ?files?\b/i],
  ['ci', /\b(?:ci|workflows?|github actions?)$/i],
  ['documentation', /\b(?:typos?|readme)\b/i],
  ['test', /\b(?:(?:unit|flaky|failing|broken) tests?|snapshots?)\b/i],
];

/** Whether a title, or a body that is no list of other people's changes, names a security hole. */
export const isSecurity = (title: string, body: string): boolean =>
  SECURITY.test(title) || ADVISORY.test(body);

/** The kind that what a change is made to tells. @param isNamed Its author named another. */
export const kindOfObject = (text: string, isNamed: boolean): ChangeKind | undefined => {
  const plain = text.replace(CODE, ' ');
  return (isNamed ? SURE : OBJECTS).find(([, pattern]) => pattern.test(plain))?.[0];
};
