import type { BlockEvent } from './block.events.js';
import { Letters } from './letters.js';
import { type Repetition, RepetitionFinder } from './repetition.js';

/** As much as an announcement such as "Here is the rest:" takes. */
const ANNOUNCEMENT = 300;
const MAX_HELD = 20_000;

/** Where what is new begins, and what is said again before. */
interface Start {
  readonly at: number;
  readonly repetition?: Repetition;
}

const ALL: Start = { at: 0 };

/**
 * Fits what a model says, when it was asked to go on, to the text before it: takes away what it
 * repeats of that, what it says about going on, and a space where there is one already. Until that
 * can be told everything is held back.
 */
export class Continuation {
  private readonly repetitions: RepetitionFinder;
  private readonly isOpen: boolean;
  private readonly afterSpace: boolean;
  private held: BlockEvent[] | undefined;
  private text = '';
  private readonly letters = new Letters();

  /** @param before Bullets, one a line; empty: nothing was said yet. */
  constructor(before: string) {
    this.repetitions = new RepetitionFinder(before);
    this.isOpen = !before.endsWith('\n');
    this.afterSpace = /\s$/.test(before.slice(-1));
    this.held = before === '' ? undefined : [];
  }

  /** What is new of what was said so far; nothing while that cannot be told. */
  push(event: BlockEvent): readonly BlockEvent[] {
    if (this.held === undefined) return [event];
    this.held.push(event);
    if (event.kind !== 'text') return [];
    this.text += event.text;
    this.letters.push(event.text);
    const start = this.text.length > MAX_HELD ? ALL : this.findStart(false);
    return start ? this.release(start) : [];
  }

  /** What was held back. */
  end(): readonly BlockEvent[] {
    return this.held === undefined ? [] : this.release(this.findStart(true) ?? ALL);
  }

  /** Undefined while that cannot be told. */
  private findStart(isAll: boolean): Start | undefined {
    const { text } = this;
    const begin = afterSpaceFrom(text, 0);
    if (begin === text.length) return isAll ? ALL : undefined;
    const repetition = this.findRepetition(begin, isAll);
    if (repetition !== undefined) return repetition === 'unknown' ? undefined : repetition;
    return this.mayAnnounce(text.slice(begin, begin + 2))
      ? this.findBehindAnnouncement(begin, isAll)
      : ALL;
  }

  /** The rest of a sentence begins neither with a capital letter nor with a script that has none. */
  private mayAnnounce(beginning: string): boolean {
    return this.isOpen ? /^[\p{Lu}\p{Lo}]/u.test(beginning) : !/^[-*•\d]/.test(beginning);
  }

  /** What is said behind a first line that is a paragraph of its own, or ends with a colon. */
  private findBehindAnnouncement(begin: number, isAll: boolean): Start | undefined {
    const { text } = this;
    const lineEnd = text.indexOf('\n', begin);
    if (lineEnd < 0) return isAll || text.length - begin > ANNOUNCEMENT ? ALL : undefined;
    const next = afterSpaceFrom(text, lineEnd);
    if (next === text.length && !isAll) return undefined;
    const isApart = text.slice(lineEnd + 1, next).includes('\n');
    const isAnnounced = /[:：]\**\s*$/u.test(text.slice(Math.max(begin, lineEnd - 8), lineEnd));
    if (!isApart && !isAnnounced) return ALL;
    const repetition = this.findRepetition(next, isAll);
    if (repetition !== undefined) return repetition === 'unknown' ? undefined : repetition;
    return isApart && isAnnounced ? { at: next } : ALL;
  }

  private findRepetition(begin: number, isAll: boolean): Start | 'unknown' | undefined {
    const repetition = this.repetitions.find(this.text, this.letters, begin, isAll);
    return typeof repetition === 'object' ? { at: repetition.end, repetition } : repetition;
  }

  private release({ at, repetition }: Start): BlockEvent[] {
    const events = this.held ?? [];
    this.held = undefined;
    let position = 0;
    let isFirst = true;
    return events.flatMap((event): BlockEvent[] => {
      if (event.kind !== 'text') return [event];
      const { index, text } = event;
      const cut = Math.min(Math.max(0, at - position), text.length);
      const lines = repetition ? [...repetition.linesBetween(position, position + cut)] : [];
      position += text.length;
      const said = text.slice(0, cut);
      const released: BlockEvent[] = lines.map((line) => ({
        kind: 'repeated',
        index,
        text: said,
        bullet: line + 1,
      }));
      if (cut > 0 && lines.length === 0) released.push({ kind: 'repeated', index, text: said });
      const rest =
        isFirst && this.afterSpace ? withoutLeadingSpace(text.slice(cut)) : text.slice(cut);
      if (rest === '') return released;
      isFirst = false;
      return [...released, { kind: 'text', index, text: rest }];
    });
  }
}

const afterSpaceFrom = (text: string, start: number): number => {
  const rest = text.slice(start);
  return start + rest.length - rest.trimStart().length;
};

const withoutLeadingSpace = (text: string): string => text.replace(/^[^\S\n]+/, '');
