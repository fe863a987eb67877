import { setTimeout as pause } from 'node:timers/promises';

const PAUSE_MS = 100;

/** One request that was made, and how it ended: a status, or what a socket was told. */
export interface Sample {
  readonly name: string;
  /** Milliseconds of `performance.now()`. */
  readonly begunAt: number;
  readonly ms: number;
  readonly outcome: number | string;
}

/** Requests of many kinds at once, each kind one after another, until it is stopped. */
export class Traffic {
  readonly samples: Sample[] = [];
  private readonly loops: Promise<void>;
  private isStopped = false;

  /** @param kinds How each is made; gives its outcome, also where that is a refusal. */
  constructor(kinds: Readonly<Record<string, () => Promise<number | string>>>) {
    const loops = Object.entries(kinds).map(([name, ask]) => this.loop(name, ask));
    this.loops = Promise.all(loops).then(() => undefined);
  }

  /** Resolves when the last ones have ended; what one of them threw is thrown. */
  async stop(): Promise<void> {
    this.isStopped = true;
    await this.loops;
  }

  private async loop(name: string, ask: () => Promise<number | string>): Promise<void> {
    while (!this.isStopped) {
      const begunAt = performance.now();
      const outcome = await ask();
      this.samples.push({ name, begunAt, ms: performance.now() - begunAt, outcome });
      await pause(PAUSE_MS);
    }
  }
}
