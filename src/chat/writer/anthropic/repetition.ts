import { commonLength, hasLetter, type Letter, Letters } from './letters.js';

/** The end of a text, from one of its lines or words on: what a model may say again. */
interface Tail {
  /** The index of its first letter. */
  readonly start: number;
  readonly isLine: boolean;
}

export interface Repetition {
  /** Where what is new begins. */
  readonly end: number;
  /** The lines, from 0, that the part of the new text between two positions says again. */
  readonly linesBetween: (from: number, to: number) => Iterable<number>;
}

/** The last words that are looked for, in characters. */
const WORDS = 1_000;
/** Fewer letters than this may well be the same by chance, where no marker stands before them. */
const LETTERS_OF_A_LINE = 4;
const LETTERS_OF_WORDS = 12;
const MARKER = /^(?:[-*•–・]|\d{1,2}[.)])/u;

/**
 * Tells what a new text repeats of the end of another: the last lines, or the last words. Only
 * letters and digits count, and not their case, since markers, emphasis and spaces come out
 * otherwise the second time.
 */
export class RepetitionFinder {
  private readonly letters: readonly Letter[];
  /** The longest first. */
  private readonly tails: readonly Tail[];
  private readonly endsLine: boolean;
  private readonly endsWord: boolean;
  /** What stands behind the last letter. */
  private readonly punctuation: string;

  /** @param before Lines; the last one may be unfinished. */
  constructor(before: string) {
    const text = before.trimEnd();
    this.endsLine = before.slice(text.length).includes('\n');
    this.endsWord = text.length < before.length;
    this.letters = new Letters(text).all;
    this.punctuation = text.slice(this.letters.at(-1)?.end ?? text.length);
    this.tails = tailsOf(this.letters, text.length);
  }

  /**
   * @param letters Those of the new text.
   * @param start Where the repetition would begin.
   * @param isAll Whether nothing follows any more.
   * @returns undefined: there is none; 'unknown': what follows decides that.
   */
  find(
    text: string,
    letters: Letters,
    start: number,
    isAll: boolean,
  ): Repetition | 'unknown' | undefined {
    const isMarked = MARKER.test(text.slice(start, start + 3));
    const first = letters.indexAt(start);
    for (const tail of this.tails) {
      const length = this.letters.length - tail.start;
      const least = tail.isLine ? (isMarked ? 1 : LETTERS_OF_A_LINE) : LETTERS_OF_WORDS;
      if (length < least) continue;
      const common = commonLength(this.letters, tail.start, letters.all, first);
      if (first + common === letters.all.length && common < length && !isAll) return 'unknown';
      if (common < length) continue;
      const end = letters.all[first + common - 1]?.end ?? start;
      const isBounded = this.isBounded(text.slice(end, end + WORDS), isAll);
      if (isBounded === undefined) return 'unknown';
      if (isBounded) return this.repetition(text, letters, first, tail, end);
    }
    return undefined;
  }

  /** Whether a word, or a line where that is finished, ends here; undefined while that is unknown. */
  private isBounded(rest: string, isAll: boolean): boolean | undefined {
    if (!this.endsLine) {
      if (rest === '') return isAll ? true : undefined;
      return !this.endsWord || !hasLetter(rest.slice(0, 1));
    }
    const lineEnd = rest.indexOf('\n');
    if (hasLetter(lineEnd < 0 ? rest : rest.slice(0, lineEnd))) return false;
    return lineEnd >= 0 || isAll || rest.length === WORDS ? true : undefined;
  }

  private repetition(
    text: string,
    letters: Letters,
    first: number,
    tail: Tail,
    lastLetterEnd: number,
  ): Repetition {
    let end = lastLetterEnd;
    for (const sign of this.punctuation) {
      if (text.startsWith(sign, end)) end += sign.length;
    }
    const lineOf = (index: number): number | undefined =>
      this.letters[tail.start + index - first]?.line;
    return {
      end,
      linesBetween: (from, to) => {
        const lines = new Set<number>();
        for (let index = letters.indexAt(from); index < letters.indexAt(to); index += 1) {
          const line = index < first ? undefined : lineOf(index);
          if (line !== undefined) lines.add(line);
        }
        return lines;
      },
    };
  }
}

const tailsOf = (letters: readonly Letter[], length: number): Tail[] => {
  const lastLine = letters.at(-1)?.line;
  const tails: Tail[] = [];
  letters.forEach(({ line, end, letter }, start) => {
    const before = letters[start - 1];
    const isLine = before?.line !== line;
    const isWord =
      line === lastLine && end > length - WORDS && (before?.end ?? 0) < end - letter.length;
    if (isLine || isWord) tails.push({ start, isLine });
  });
  return tails;
};
