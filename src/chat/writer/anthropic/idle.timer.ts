/** Aborts its signal when nothing has come for a while. It runs only while someone waits. */
export class IdleTimer {
  private readonly controller = new AbortController();
  private timer?: NodeJS.Timeout;

  constructor(private readonly milliseconds: number) {}

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** Begins to wait, anew. */
  start(): void {
    this.stop();
    this.timer = setTimeout(() => this.controller.abort(), this.milliseconds);
  }

  stop(): void {
    clearTimeout(this.timer);
  }
}
