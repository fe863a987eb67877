import { citationLines } from './citation.lines.js';
import { MarkdownStyler } from './markdown.styler.js';
import type { ProgressLine } from './progress.line.js';
import type { Citation, ReplyEnd, ReplyFrame } from './reply.stream.js';
import { printable, type Terminal } from './terminal.js';

const STEPS: Readonly<Record<string, string>> = {
  repositories: 'Opening the repository',
  actions: 'Reading what happened',
  condensing: 'Summing up',
  writing: 'Writing',
};

/**
 * Prints a recap while it comes: the text as it is, and after each bullet its sources. Before a
 * terminal it is made to look well; anywhere else it stays Markdown.
 */
export class RecapPrinter {
  private readonly styler?: MarkdownStyler;
  private readonly citations: Citation[] = [];
  private last = '\n';
  private isWriting = false;

  constructor(
    private readonly terminal: Terminal,
    private readonly progress: ProgressLine,
  ) {
    if (terminal.isInteractive) this.styler = new MarkdownStyler(terminal);
  }

  /** @returns The reply's end. What came before an error is printed, too. */
  async printAll(reply: AsyncIterable<ReplyFrame>): Promise<ReplyEnd> {
    try {
      for await (const frame of reply) {
        if (frame.event === 'done') return frame.data;
        this.print(frame);
      }
      throw new Error('The connection ended before the recap did.');
    } finally {
      this.end();
    }
  }

  private print(frame: ReplyFrame): void {
    switch (frame.event) {
      case 'progress':
        this.printProgress(frame.data);
        break;
      case 'token':
        this.printText(printable(frame.data.text));
        break;
      case 'citation':
        this.citations.push(frame.data.action);
        break;
      default:
    }
  }

  private end(): void {
    this.progress.clear();
    this.printCitations();
    this.put(this.styler?.end() ?? '');
    if (this.last !== '\n') this.put('\n');
  }

  private printProgress({
    stage,
    done,
    total,
  }: (ReplyFrame & { event: 'progress' })['data']): void {
    if (this.isWriting) return;
    const isCounted = total !== undefined && total > 1;
    this.progress.show(STEPS[stage] ?? 'Working', isCounted ? `${done} of ${total}` : '');
  }

  private printText(text: string): void {
    if (!this.isWriting) this.progress.clear();
    this.isWriting = true;
    const hadCitations = this.citations.length > 0;
    this.printCitations();
    // Some writers end a bullet's line before its sources, others after them.
    const rest = hadCitations ? text.replace(/^\n/, '') : text;
    this.put(this.styler?.style(rest) ?? rest);
  }

  private printCitations(): void {
    const citations = this.citations.splice(0);
    if (citations.length === 0) return;
    this.put(this.styler?.end() ?? '');
    if (this.last !== '\n') this.put('\n');
    this.put(citationLines(citations, this.terminal));
  }

  private put(text: string): void {
    if (text === '') return;
    this.terminal.write(text);
    this.last = text.at(-1) ?? this.last;
  }
}
