const TICK_MS = 10;

/**
 * Measures how long something takes where the machine may be busy: only time in which this process came
 * to run counts, so that what a neighbour takes is not held against what is measured.
 */
export class TickClock {
  private ticks = 0;
  private readonly timer = setInterval(() => {
    // An interval that comes late does not make up for what it missed.
    this.ticks += 1;
  }, TICK_MS);

  /** Stops. @returns milliseconds, no more than went by. */
  stop(): number {
    clearInterval(this.timer);
    return this.ticks * TICK_MS;
  }
}
