import type { WriterEvent } from '../recap.writer.js';
import { SafeMarkdown } from './safe.markdown.js';

const BULLET = /^\s*(?:[-*•]|\d{1,2}[.)])\s+(?=\S)/;
/** The beginning of a line that may still become a bullet. */
const UNDECIDED = /^\s*(?:[-*•]|\d{1,2}[.)]?)?\s*$/;
const MAX_CITATIONS = 16;

/**
 * Turns a model's text and citations, as they stream in, into at most `limit` bullets of one line
 * each. A bullet's citations follow its text. What stands before, between and after the bullets is
 * dropped; a line broken inside of a bullet is joined.
 */
export class ReplyParser {
  /** The bullets begun. */
  bullets = 0;
  /** The bullets that ended without a citation. */
  readonly uncited: number[] = [];

  private readonly markdown = new SafeMarkdown();
  /** The current line as long as nobody can tell what it is. */
  private undecided: string | undefined = '';
  /** The line before was not blank. */
  private inParagraph = false;
  private open = false;
  /** The text that comes belongs to no bullet. */
  private dropping = true;
  private citations = new Set<string>();

  constructor(private readonly limit: number) {}

  *text(chunk: string): Generator<WriterEvent> {
    for (const [index, part] of chunk.split('\n').entries()) {
      if (index > 0) this.endLine();
      yield* this.continueLine(part);
    }
  }

  /** A citation of the text that came last; where that is no bullet's it goes unheard. */
  cite(actionId: string): void {
    if (this.open && !this.dropping && this.citations.size < MAX_CITATIONS) {
      this.citations.add(actionId);
    }
  }

  *end(): Generator<WriterEvent> {
    yield* this.endBullet();
  }

  private *continueLine(part: string): Generator<WriterEvent> {
    if (this.undecided === undefined) {
      yield* this.say(part);
      return;
    }
    const line = this.undecided + part;
    this.undecided = UNDECIDED.test(line) ? line : undefined;
    if (this.undecided !== undefined) return;

    const marker = BULLET.exec(line)?.[0];
    if (marker === undefined) {
      // Behind a blank line stands no bullet's text.
      this.dropping ||= !this.inParagraph;
      yield* this.say(` ${line.trimStart()}`);
      return;
    }
    yield* this.endBullet();
    yield* this.beginBullet();
    yield* this.say(line.slice(marker.length));
  }

  private endLine(): void {
    this.inParagraph = this.undecided === undefined;
    this.undecided = '';
  }

  private *say(text: string): Generator<WriterEvent> {
    if (this.dropping) return;
    const safe = this.markdown.push(text);
    if (safe) yield { kind: 'text', text: safe };
  }

  private *beginBullet(): Generator<WriterEvent> {
    this.dropping = this.bullets >= this.limit;
    if (this.dropping) return;
    this.bullets += 1;
    this.open = true;
    yield { kind: 'text', text: '- ' };
  }

  private *endBullet(): Generator<WriterEvent> {
    if (!this.open) return;
    this.open = false;
    yield { kind: 'text', text: `${this.markdown.flush()}\n` };
    for (const actionId of this.citations) {
      yield { kind: 'citation', bullet: this.bullets, actionId };
    }
    if (this.citations.size === 0) this.uncited.push(this.bullets);
    this.citations = new Set();
  }
}
