import { type Person, personOf } from './person.js';

const MAX_CO_AUTHORS = 50;
/** Trailers stand at the end; a longer message is read from there. */
const MAX_LENGTH = 100_000;
const TRAILER = /^([a-z\d-]+)[ \t]*:(.*)$/i;
/** Lines by which git itself knows trailers, among prose too. */
const MADE_BY_GIT = /^(?:Signed-off-by: |\(cherry picked from commit )/;
/** What stands between two people in one line, or after the first one's address. */
const BETWEEN = /^\s*(?:\([^()]*\))?[\s,;&]*/;

/** The people that a whole message names as co-authors in its trailers. */
export function coAuthorsIn(message: string): Person[] {
  const values = trailersOf(message)
    .filter(({ key }) => key.toLowerCase() === 'co-authored-by')
    .map(({ value }) => value);
  return coAuthorsOf(values.join('\n'));
}

/**
 * The people in the values of `Co-authored-by:`, one value a line. There may be several people in one,
 * and words after an address; what is no `Name <address>` is left out.
 */
export function coAuthorsOf(values: string): Person[] {
  if (values === '') return [];
  return values
    .split('\n')
    .flatMap((value) => value.split('>').slice(0, -1))
    .map((contact) => personOf(`${contact.replace(BETWEEN, '')}>`))
    .filter((person) => person !== undefined)
    .slice(0, MAX_CO_AUTHORS);
}

interface Trailer {
  readonly key: string;
  readonly value: string;
}

/**
 * The trailers of a message by git's own rule: the last paragraph, but for comments, if all of its
 * lines are trailers, or a quarter of them where git made one. The first paragraph is the title.
 * https://git-scm.com/docs/git-interpret-trailers
 */
function trailersOf(message: string): Trailer[] {
  const lines = message.slice(-MAX_LENGTH).replaceAll('\r\n', '\n').split('\n');
  while (lines.length > 0 && /^(?:#|\s*$)/.test(lines.at(-1) ?? '')) lines.pop();
  const start = lines.findLastIndex((line) => line.trim() === '') + 1;
  const isTitle = lines.slice(0, start).every((line) => line.trim() === '' || line.startsWith('#'));
  return isTitle ? [] : trailersAmong(lines.slice(start));
}

function trailersAmong(paragraph: readonly string[]): Trailer[] {
  const trailers: { key: string; value: string }[] = [];
  let others = 0;
  let count = 0;
  let madeByGit = false;
  let continues = false;
  for (const line of paragraph.filter((text) => !text.startsWith('#'))) {
    const [, key, value = ''] = TRAILER.exec(line) ?? [];
    const byGit = MADE_BY_GIT.test(line);
    madeByGit ||= byGit;
    if (/^\s/.test(line)) {
      const last = continues ? trailers.at(-1) : undefined;
      if (last) last.value += ` ${line.trim()}`;
      else if (!continues) others += 1;
      continue;
    }
    continues = key !== undefined || byGit;
    count += continues ? 1 : 0;
    others += continues ? 0 : 1;
    if (key !== undefined) trailers.push({ key, value: value.trim() });
  }
  const isBlock = madeByGit ? 3 * count >= others : others === 0;
  return isBlock ? trailers : [];
}
