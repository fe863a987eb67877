type Pass = () => void;

/** Lets a bounded number of tasks run at a time, first come first served. */
export class Semaphore {
  private inside = 0;
  private readonly waiting = new Set<Pass>();

  constructor(private readonly capacity: number) {}

  get idle(): boolean {
    return this.inside === 0 && this.waiting.size === 0;
  }

  /** Runs the task when its turn comes; rejects with the signal's reason when that comes first. */
  async run<T>(signal: AbortSignal, task: () => Promise<T>): Promise<T> {
    const leave = await this.enter(signal);
    try {
      return await task();
    } finally {
      leave();
    }
  }

  /** @returns what gives the place back, to be called once. @throws the signal's reason. */
  async enter(signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    if (this.inside < this.capacity) this.inside += 1;
    else await this.wait(signal);
    return () => {
      this.leave();
    };
  }

  private wait(signal: AbortSignal): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      const giveUp = (): void => {
        this.waiting.delete(pass);
        reject(signal.reason as Error);
      };
      const pass = (): void => {
        signal.removeEventListener('abort', giveUp);
        resolve();
      };
      signal.addEventListener('abort', giveUp, { once: true });
      this.waiting.add(pass);
    });
  }

  /** The place of one who leaves goes to the next in line, so nobody can slip in between. */
  private leave(): void {
    const [next] = this.waiting;
    if (!next) {
      this.inside -= 1;
      return;
    }
    this.waiting.delete(next);
    next();
  }
}
