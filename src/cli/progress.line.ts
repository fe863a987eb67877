import type { Terminal } from './terminal.js';

const ERASE_LINE = '\r\u001b[2K';

/** How far it is, on standard error: one line written over and over, or one line a step where that cannot be. */
export class ProgressLine {
  private shown = '';

  constructor(private readonly terminal: Terminal) {}

  /**
   * @param step What is being done.
   * @param amount How far that is, such as `3 of 12`; only shown where lines can be written over.
   */
  show(step: string, amount = ''): void {
    if (this.terminal.canRewrite) {
      this.terminal.note(`${ERASE_LINE}${this.terminal.paint('dim', `${step} ${amount}`.trim())}`);
    } else if (step !== this.shown) {
      this.terminal.note(`${step}\n`);
    }
    this.shown = step;
  }

  clear(): void {
    if (this.shown && this.terminal.canRewrite) this.terminal.note(ERASE_LINE);
    this.shown = '';
  }
}
