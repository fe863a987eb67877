import type { WriterEvent } from '../recap.writer.js';
import type { BlockEvent } from './block.events.js';
import { BlockSources } from './block.sources.js';
import { markerOf } from './bullet.marker.js';
import { SafeMarkdown } from './safe.markdown.js';
import type { Said } from './said.js';

const MAX_CITATIONS = 16;
/** Behind a sentence that is whole, nobody need be told that there was to be more. */
const END_OF_SENTENCE = /[.!?。！？]\s*$/u;

/**
 * Turns a model's text and citations, as they stream in, into at most `limit` bullets of one line
 * each. A bullet's citations follow its text; one that comes when the next bullet has begun follows
 * at once. What stands before, between and after the bullets is dropped; a line broken inside of a
 * bullet is joined.
 */
export class ReplyParser {
  private readonly sources = new BlockSources();
  private readonly markdown: SafeMarkdown;
  /** By bullet, what was cited for it or will be. */
  private readonly citations = new Map<number, Set<string>>();
  private bullets: number;
  /** The current line as long as nobody can tell what it is; a few characters at most. */
  private undecided: string | undefined = '';
  /** The current line may go on with a bullet that somebody else began. */
  private resuming: boolean;
  /** The line before was not blank. */
  private inParagraph = false;
  private open: boolean;
  /** The text that comes belongs to no bullet. */
  private dropping: boolean;
  /** Cited for the open bullet, for when it ends. */
  private waiting: string[];
  /** Of these, the ones that no text has told of yet. */
  private untold: string[] = [];
  private lastText: string;

  /** @param said What the text goes on from, perhaps from the middle of a bullet. */
  constructor(
    private readonly limit: number,
    private readonly said: Said,
  ) {
    this.bullets = said.count;
    this.open = said.isOpen;
    this.resuming = said.isOpen;
    this.dropping = !said.isOpen;
    this.waiting = said.isOpen ? said.uncitedOfLast : [];
    this.lastText = said.bullets.slice(-8);
    this.markdown = new SafeMarkdown(said.isOpen && /^- ./.test(lastLine(said.bullets)));
  }

  *hear(event: BlockEvent): Generator<WriterEvent> {
    switch (event.kind) {
      case 'open':
        this.sources.open(event.index);
        return;
      case 'text':
        yield* this.text(event.index, event.text);
        return;
      case 'repeated':
        yield* this.attach(event.bullet, this.sources.speak(event.index, event.text, event.bullet));
        return;
      case 'cite':
        for (const bullet of this.sources.cite(event.index, event.actionIds)) {
          yield* this.attach(bullet, event.actionIds);
        }
        return;
      case 'close': {
        const found = this.sources.close(event.index, this.current);
        if (found) yield* this.attach(found.bullet, found.ids);
      }
    }
  }

  /** @param isCut The text ends before the model came to its end. */
  *end(isCut = false): Generator<WriterEvent> {
    const isInLine = this.undecided === undefined || this.resuming;
    yield* this.endBullet(isCut && isInLine && !this.dropping);
  }

  private get current(): number | undefined {
    return this.open && !this.dropping ? this.bullets : undefined;
  }

  private *text(index: number, chunk: string): Generator<WriterEvent> {
    for (const [line, part] of chunk.split('\n').entries()) {
      if (line > 0) this.endLine();
      yield* this.continueLine(index, part);
    }
  }

  private *continueLine(index: number, part: string): Generator<WriterEvent> {
    if (this.undecided === undefined) {
      yield* this.say(index, part);
      return;
    }
    const text = this.undecided + part;
    const line = text.trimStart();
    const marker = markerOf(line, this.resuming);
    if (marker === undefined) {
      // White space is as good as one space, so that what is held stays short.
      this.undecided = text.replace(/\s+/g, ' ');
      return;
    }
    this.undecided = undefined;
    if (marker > 0) {
      yield* this.endBullet(false);
      yield* this.beginBullet();
      this.resuming = false;
      yield* this.say(index, line.slice(marker));
    } else if (this.resuming) {
      this.resuming = false;
      yield* this.say(index, text);
    } else {
      // Behind a blank line stands no bullet's text.
      this.dropping ||= !this.inParagraph;
      yield* this.say(index, ` ${line}`);
    }
  }

  private endLine(): void {
    this.inParagraph = this.undecided === undefined || this.resuming;
    this.resuming = false;
    this.undecided = '';
  }

  private *say(index: number, text: string): Generator<WriterEvent> {
    const { current } = this;
    yield* this.attach(current, this.sources.speak(index, text, current));
    if (current === undefined) return;
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

  private *endBullet(isCut: boolean): Generator<WriterEvent> {
    if (!this.open) return;
    this.open = false;
    const rest = this.markdown.flush();
    const mark = isCut && !END_OF_SENTENCE.test(this.lastText + rest) ? '…' : '';
    yield this.told(`${rest}${mark}\n`);
    const { waiting, bullets: bullet } = this;
    this.waiting = [];
    for (const actionId of waiting) yield { kind: 'citation', bullet, actionId };
  }

  private *attach(bullet: number | undefined, ids: Iterable<string>): Generator<WriterEvent> {
    if (bullet === undefined) return;
    const known = this.citationsOf(bullet);
    for (const actionId of ids) {
      if (known.has(actionId) || known.size >= MAX_CITATIONS) continue;
      known.add(actionId);
      if (this.open && bullet === this.bullets) {
        this.waiting.push(actionId);
        this.untold.push(actionId);
      } else {
        yield { kind: 'citation', bullet, actionId };
      }
    }
  }

  private citationsOf(bullet: number): Set<string> {
    let known = this.citations.get(bullet);
    if (known === undefined) {
      const waiting = this.open && bullet === this.bullets ? this.waiting : [];
      known = new Set([...this.said.citationsOf(bullet), ...waiting]);
      this.citations.set(bullet, known);
    }
    return known;
  }

  private told(text: string): WriterEvent {
    const pending = this.untold;
    this.untold = [];
    this.lastText = text;
    return pending.length > 0 ? { kind: 'text', text, pending } : { kind: 'text', text };
  }
}

const lastLine = (text: string): string => text.slice(text.lastIndexOf('\n') + 1);
