import type { CitedBullet } from '../claims/doubts.js';
import type { WriterEvent, Written } from '../recap.writer.js';

/** What a reply holds so far, whoever wrote it: a heading, then bullets. */
export class Said {
  private readonly citations: Written['citations'][number][];
  private pending: readonly string[];
  private endsLine: boolean;

  constructor(
    private text: string,
    { citations, pending }: Pick<Written, 'citations' | 'pending'>,
    private readonly hasHeading: boolean,
  ) {
    this.citations = [...citations];
    this.pending = pending;
    this.endsLine = text.endsWith('\n');
  }

  get isSilent(): boolean {
    return this.text === '';
  }

  get length(): number {
    return this.text.length;
  }

  /** The bullets; the last one may be unfinished. */
  get bullets(): string {
    if (!this.hasHeading) return this.text;
    const end = this.text.indexOf('\n\n');
    return end < 0 ? '' : this.text.slice(end + 2);
  }

  get count(): number {
    return this.bullets.split('\n').filter((line) => line.startsWith('-')).length;
  }

  /** Whether the last bullet is unfinished. */
  get isOpen(): boolean {
    return this.bullets !== '' && !this.endsLine;
  }

  /** The actions that the last bullet is still to be cited with. */
  get uncitedOfLast(): string[] {
    const told = new Set(this.citationsOf(this.count));
    return [...new Set(this.pending)].filter((id) => !told.has(id));
  }

  /** The finished bullets, from 1, that nothing stands behind. */
  get uncited(): number[] {
    const finished = this.isOpen ? this.count - 1 : this.count;
    return Array.from({ length: finished }, (_, index) => index + 1).filter(
      (bullet) => this.citationsOf(bullet).length === 0,
    );
  }

  /** The bullets with what they are cited with. */
  get citedBullets(): CitedBullet[] {
    const lines = this.bullets.split('\n').filter((line) => line.startsWith('-'));
    return lines.map((text, index) => ({
      bullet: index + 1,
      text: text.slice(1),
      actionIds: this.citationsOf(index + 1),
    }));
  }

  /** The actions that a bullet is cited with. */
  citationsOf(bullet: number): string[] {
    return this.citations
      .filter((citation) => citation.bullet === bullet)
      .map(({ actionId }) => actionId);
  }

  /** Passes events on, and remembers what they said. */
  *tell(events: Iterable<WriterEvent>): Generator<WriterEvent> {
    for (const event of events) {
      this.hear(event);
      yield event;
    }
  }

  private hear(event: WriterEvent): void {
    if (event.kind === 'citation') this.citations.push(event);
    if (event.kind !== 'text' || event.text === '') return;
    this.pending = [...(this.endsLine ? [] : this.pending), ...(event.pending ?? [])];
    this.text += event.text;
    // Not asked of the whole text, which would be put together for it each time.
    this.endsLine = event.text.endsWith('\n');
  }
}
