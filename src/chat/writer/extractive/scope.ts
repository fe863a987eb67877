import { ACRONYMS, TYPES, UPKEEP, type ChangeKind } from './change.kind.js';

/** A scope before a title, as in Linux and Go: `net: ipv4: fix …`, `cmd/compile: …`, `doc, test: …`. */
export interface Prefixed {
  readonly scope: string;
  readonly text: string;
}

const SEGMENT = /[\p{L}\p{N}_./@+*-]{1,60}/uy;
const MAX_SEGMENTS = 6;
/** Say where a change is only to whoever knows that already. */
const NO_SCOPES = new Set(
  'x y all any everything global misc multiple none repo root treewide tree-wide various *'.split(
    ' ',
  ),
);
const VERSIONS_AND_BRANCHES =
  /^(?:internal-branch\..*|(?:release|releases|maint|maintenance|backport|stable)(?:[-/. ].*)?|v?\d+(?:\.\w+){0,4})$/i;
const TEST_SCOPE = /^(?:t\d{3,6}|e2e|specs?|selftests?|tests?[-_.].*|.*[-_.]tests?)$/i;

/** Reads the title's segments once, from left to right. */
export const prefixOf = (title: string): Prefixed | undefined => {
  let found: Prefixed | undefined;
  let start = 0;
  for (let segment = 0; segment < MAX_SEGMENTS; segment += 1) {
    SEGMENT.lastIndex = start;
    const [word] = SEGMENT.exec(title) ?? [];
    if (word === undefined) return found;
    const end = start + word.length;
    if (title.startsWith(': ', end) && title.length > end + 2) {
      found = { scope: title.slice(0, end), text: title.slice(end + 2).trimStart() };
      start = end + 2;
    } else if (title[end] === ',') {
      start = title[end + 1] === ' ' ? end + 2 : end + 1;
    } else {
      return found;
    }
  }
  return found;
};

/** A scope that tells a reader where a change is, or undefined. */
export const tellingScope = (scope: string | undefined): string | undefined => {
  const name = scope?.trim() ?? '';
  if (name.length < 2 || NO_SCOPES.has(name.toLowerCase())) return undefined;
  return isVersionOrBranch(name) ? undefined : name;
};

export const isVersionOrBranch = (name: string): boolean => VERSIONS_AND_BRANCHES.test(name);

/** The kind that a scope stands for: `DOC`, `ignore/doc`, `t5563`, `deps-dev`; undefined for a place. */
export const kindOfScope = (scope: string): ChangeKind | undefined => {
  for (const part of partsOf(scope)) {
    const kind = ACRONYMS.get(part) ?? TYPES.get(part.toLowerCase().replace(/-dev$/, ''));
    if (kind && UPKEEP.has(kind)) return kind;
    if (TEST_SCOPE.test(part)) return 'test';
  }
  return ACRONYMS.get(scope);
};

/** `net` and `ipv4` of `net: ipv4`; `go`, `analysis` and `passes` of `go/analysis/passes`. */
export const partsOf = (scope: string): string[] => scope.split(/[\s/:,]+/).filter(Boolean);
