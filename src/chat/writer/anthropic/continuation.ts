/**
 * Fits what a model says, when it was asked to go on, to the text before it: takes away what it
 * repeats of the last lines, and a space where there is one already.
 */
export class Continuation {
  private readonly repetitions: readonly string[];
  private readonly afterSpace: boolean;
  /** What came, as long as it may still be a repetition. */
  private held: string | undefined = '';

  /** @param before Bullets, one a line; empty: nothing was said yet. */
  constructor(before: string) {
    this.repetitions = repetitionsOf(before);
    this.afterSpace = before === '' || /\s$/.test(before);
  }

  /** What is new of the text so far; nothing while that cannot be told. */
  push(text: string): string {
    if (this.held === undefined) return text;
    this.held += text;
    const { held } = this;
    const mayRepeat = this.repetitions.some((text) => text.startsWith(held.trimStart()));
    return mayRepeat ? '' : this.end();
  }

  /** What was held back. */
  end(): string {
    const held = this.held ?? '';
    this.held = undefined;
    const repeated = this.repetitions.find((text) => held.trimStart().startsWith(text));
    const rest = repeated ? held.trimStart().slice(repeated.length) : held;
    return this.afterSpace ? rest.replace(/^ +/, '') : rest;
  }
}

/** The end of the text from each of its lines on, with and without the line's own marker; the longest first. */
function repetitionsOf(text: string): string[] {
  const lines = text.trimEnd().split('\n');
  const tails = lines.map((_, index) => lines.slice(index).join('\n'));
  const unmarked = (lines.at(-1) ?? '').replace(/^- /, '');
  return [...tails, unmarked].filter((tail) => tail !== '' && tail !== '-');
}
