/** Words of a bullet that can be looked up in its sources. */
export interface BulletClaims {
  /** `12`, `1,234`, `3.5`, `v2.4.0`, `2025-05-12`. */
  readonly numbers: readonly string[];
  /** Of pull requests, merge requests and issues: `#12`, `!12`. */
  readonly references: readonly string[];
  /** Code, files, identifiers and ticket keys, as they are written. */
  readonly names: readonly string[];
  /** `Ada Lovelace`: capitalised words behind a word such as "by". */
  readonly people: readonly string[];
}

const CODE = /`([^`\n]{1,200})`/g;
const REFERENCE = /(?<![\p{L}\p{N}&])[#!](\d{1,9})(?!\p{N})/gu;
/** Their numbers are no claims. */
const STANDARD =
  /(?<![\p{L}\p{N}-])(?:UTF|SHA|ISO|RFC|AES|HTTP|TLS|IPv|ES|UTC|GMT)[- ]?\d{1,5}(?![\p{L}\p{N}])/gu;
/** `ABC-123`. */
const TICKET = /(?<![\p{L}\p{N}-])[A-Z][A-Z0-9]{1,9}-\d{1,7}(?![\p{L}\p{N}-])/gu;
/** `src/app.ts`, `package.json`, `.env.example`; the ending is that of a file, not of a sentence. */
const FILE =
  /(?<![\p{L}\p{N}@/.-])(?:[\p{L}\p{N}_.@-]{1,80}\/){0,12}[\p{L}\p{N}_.@-]{1,80}\.(?:c|cc|cpp|cs|css|cjs|cts|env|go|gradle|h|html|java|js|json|jsx|kt|lock|lua|md|mjs|mts|php|pl|proto|ps1|py|rb|rs|rst|scala|sh|sql|svelte|swift|toml|ts|tsx|txt|vue|xml|ya?ml)(?![\p{L}\p{N}])/gu;
const PATH = /(?<![\p{L}\p{N}@/.:-])(?:[\p{L}\p{N}_.@-]{1,80}\/){2,12}[\p{L}\p{N}_.@-]{1,80}/gu;
/** `snake_case`, `camelCase`, `object.member`, `--flag`; brand names that begin small are none. */
const IDENTIFIER =
  /(?<![\p{L}\p{N}_.@/-])(?!(?:i|mac|watch|tv)OS|iP|eB|e\.g|i\.e|z\.B)(?:--[a-z][\w-]{1,60}|[A-Za-z]\w{0,60}_\w{1,60}|[a-z]{2,40}[A-Z]\w{0,60}|[a-z]\w{0,40}(?:\.[a-z]\w{1,40}){1,6})(?![\p{L}\p{N}_/-])/gu;
/** Dots, commas, colons and dashes stand between digits only. */
const NUMBER =
  /(?<![\p{L}\p{N}_])v?\p{Nd}+(?:[.,:’'\u00A0\u202F-]\p{Nd}{1,40})*(?:-[a-z]{1,12}(?:\.?\d{1,6})?(?![\p{L}\p{N}]))?/giu;
const PERSON =
  /(?<![\p{L}\p{N}])(?:by|from|von|durch|par|por|da|від|от) ((?:\p{Lu}[\p{L}\p{M}’'-]{1,40})(?: \p{Lu}[\p{L}\p{M}.’'-]{0,40}){1,3})/gu;

/** In other scripts two capitalised words can be nothing but a name. */
const OTHER_SCRIPT =
  /[\p{scx=Han}\p{scx=Hira}\p{scx=Kana}\p{scx=Hang}\p{scx=Cyrl}\p{scx=Arab}\p{scx=Hebr}\p{scx=Thai}\p{scx=Deva}]/u;
const LATIN_NAME =
  /(?<![\p{L}\p{N}])([A-ZÀ-Þ][a-zß-ÿ’'-]{1,40}(?: [A-ZÀ-Þ][a-zß-ÿ.’'-]{0,40}){1,3})(?![A-Za-zÀ-ÿ\d])/gu;

/** Reads a bullet once for each sort of claim; what one has read the next does not read again. */
export const claimsOf = (bullet: string): BulletClaims => {
  let rest = bullet;
  const take = (pattern: RegExp, group = 0): string[] => {
    const found: string[] = [];
    rest = rest.replace(pattern, (...match: unknown[]) => {
      found.push(String(match[group]));
      return ' ';
    });
    return found;
  };
  const names = take(CODE, 1);
  take(STANDARD);
  const references = take(REFERENCE, 1);
  names.push(...take(TICKET), ...take(FILE), ...take(PATH), ...take(IDENTIFIER));
  const person = OTHER_SCRIPT.test(rest) ? LATIN_NAME : PERSON;
  const people = [...rest.matchAll(person)].map(([, name = '']) => name.replace(/\.$/, ''));
  return { numbers: take(NUMBER), references, names, people };
};
