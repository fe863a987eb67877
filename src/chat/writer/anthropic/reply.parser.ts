import type { WriterEvent } from '../recap.writer.js';
import { SafeMarkdown } from './safe.markdown.js';
import type { Said } from './said.js';

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
  private bullets: number;
  private readonly markdown: SafeMarkdown;
  /** The current line as long as nobody can tell what it is. */
  private undecided: string | undefined;
  /** The line before was not blank. */
  private inParagraph = false;
  private open: boolean;
  /** The text that comes belongs to no bullet. */
  private dropping: boolean;
  private citations: Set<string>;
  /** Of the citations, those that no text has told of yet. */
  private untold: string[] = [];

  /** @param said What the text goes on from, perhaps from the middle of a bullet. */
  constructor(
    private readonly limit: number,
    said: Said,
  ) {
    this.bullets = said.count;
    this.open = said.isOpen;
    this.dropping = !said.isOpen;
    this.undecided = said.isOpen ? undefined : '';
    this.citations = new Set(said.isOpen ? said.uncitedOfLast : []);
    this.markdown = new SafeMarkdown(said.isOpen && /^- ./.test(lastLine(said.bullets)));
  }

  *text(chunk: string): Generator<WriterEvent> {
    for (const [index, part] of chunk.split('\n').entries()) {
      if (index > 0) this.endLine();
      yield* this.continueLine(part);
    }
  }

  /** A citation of the text that came last; where that is no bullet's it goes unheard. */
  cite(actionId: string): void {
    if (!this.open || this.dropping || this.citations.size >= MAX_CITATIONS) return;
    if (!this.citations.has(actionId)) this.untold.push(actionId);
    this.citations.add(actionId);
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
    if (safe) yield this.told(safe);
  }

  private *beginBullet(): Generator<WriterEvent> {
    this.dropping = this.bullets >= this.limit;
    if (this.dropping) return;
    this.bullets += 1;
    this.open = true;
    yield this.told('- ');
  }

  private *endBullet(): Generator<WriterEvent> {
    if (!this.open) return;
    this.open = false;
    yield this.told(`${this.markdown.flush()}\n`);
    for (const actionId of this.citations) {
      yield { kind: 'citation', bullet: this.bullets, actionId };
    }
    this.citations = new Set();
  }

  private told(text: string): WriterEvent {
    const pending = this.untold;
    this.untold = [];
    return pending.length > 0 ? { kind: 'text', text, pending } : { kind: 'text', text };
  }
}

const lastLine = (text: string): string => text.slice(text.lastIndexOf('\n') + 1);
