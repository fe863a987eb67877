/** Chance that is the same for the same seed, such as that of Jest's run (`npm test -- --seed=…`). */
export class Chance {
  private state: number;

  /** @param about What it decides on: of the same seed each thing has a chance of its own. */
  constructor(about: string, seed = process.env.TEST_SEED ?? String(process.pid)) {
    // FNV-1a (http://www.isthe.com/chongo/tech/comp/fnv/)
    this.state = 0x811c9dc5;
    for (const sign of `${seed} ${about}`) {
      this.state = Math.imul(this.state ^ (sign.codePointAt(0) ?? 0), 0x01000193);
    }
  }

  /** At least 0, less than 1 (mulberry32, https://gist.github.com/tommyettinger/46a874533244883189143505d203312c). */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** Once in so many times. */
  oneIn(times: number): boolean {
    return this.next() * times < 1;
  }

  /** A whole number from 0 on, less than this. */
  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  pick<T>(first: T, ...others: readonly T[]): T {
    return [first, ...others][this.below(others.length + 1)] ?? first;
  }
}
