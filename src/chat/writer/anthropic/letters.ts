/** A letter or digit of a text: as it is compared, where it ends, and the line it stands on, from 0. */
export interface Letter {
  readonly letter: string;
  readonly end: number;
  readonly line: number;
}

const LETTER = /[\p{L}\p{M}\p{N}]/u;

export const hasLetter = (text: string): boolean => LETTER.test(text);

/** The letters of a text that grows: what makes two texts the same but for case, spaces and markers. */
export class Letters {
  readonly all: Letter[] = [];
  private end = 0;
  private line = 0;

  constructor(text = '') {
    this.push(text);
  }

  push(text: string): void {
    for (const sign of text) {
      this.end += sign.length;
      if (sign === '\n') this.line += 1;
      else if (LETTER.test(sign)) {
        this.all.push({ letter: sign.toLowerCase(), end: this.end, line: this.line });
      }
    }
  }

  /** The index of the first letter behind a position. */
  indexAt(position: number): number {
    const index = this.all.findIndex(({ end }) => end > position);
    return index < 0 ? this.all.length : index;
  }
}

/** How many letters two texts have in common from there on. */
export const commonLength = (
  one: readonly Letter[],
  oneStart: number,
  other: readonly Letter[],
  otherStart: number,
): number => {
  const length = Math.min(one.length - oneStart, other.length - otherStart);
  for (let index = 0; index < length; index += 1) {
    if (one[oneStart + index]?.letter !== other[otherStart + index]?.letter) return index;
  }
  return length;
};
