type Pass = () => void;

/**
 * Lets a bounded number of tasks run at a time, and no more than a share of them for one client. Clients
 * who wait take turns, each with its own tasks in the order in which they came: one who asks for a
 * hundred is no further in front than one who asks for one.
 */
export class FairSemaphore {
  private inside = 0;
  private readonly held = new Map<string, number>();
  /** Clients in the order of their turns. */
  private readonly waiting = new Map<string, Set<Pass>>();

  /**
   * @param capacity Tasks at a time, of all clients.
   * @param share Tasks at a time of one client, at most.
   */
  constructor(
    private readonly capacity: number,
    private readonly share: number,
  ) {}

  /** Runs the task when its turn comes. @throws the signal's reason when that comes first. */
  async run<T>(client: string, signal: AbortSignal, task: () => Promise<T>): Promise<T> {
    const leave = await this.enter(client, signal);
    try {
      return await task();
    } finally {
      leave();
    }
  }

  /** @returns what gives the place back, to be called once. @throws the signal's reason. */
  async enter(client: string, signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    if (this.hasRoomFor(client)) this.take(client);
    else await this.wait(client, signal);
    return () => {
      this.leave(client);
    };
  }

  private wait(client: string, signal: AbortSignal): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      const passes = this.waiting.get(client) ?? new Set();
      const giveUp = (): void => {
        passes.delete(pass);
        if (passes.size === 0) this.waiting.delete(client);
        reject(signal.reason as Error);
      };
      const pass = (): void => {
        signal.removeEventListener('abort', giveUp);
        resolve();
      };
      signal.addEventListener('abort', giveUp, { once: true });
      this.waiting.set(client, passes.add(pass));
    });
  }

  /** A place that becomes free goes to whoever's turn it is at once, so that nobody can slip in between. */
  private leave(client: string): void {
    this.inside -= 1;
    const held = this.heldBy(client) - 1;
    if (held === 0) this.held.delete(client);
    else this.held.set(client, held);
    for (const [next, passes] of this.waiting) {
      if (this.hasRoomFor(next)) this.admit(next, passes);
    }
  }

  /** Lets the client's first task in; its next turn is after everybody else's. */
  private admit(client: string, passes: Set<Pass>): void {
    const [pass] = passes;
    if (!pass) return;
    passes.delete(pass);
    this.waiting.delete(client);
    if (passes.size > 0) this.waiting.set(client, passes);
    this.take(client);
    pass();
  }

  private take(client: string): void {
    this.inside += 1;
    this.held.set(client, this.heldBy(client) + 1);
  }

  private hasRoomFor(client: string): boolean {
    return this.inside < this.capacity && this.heldBy(client) < this.share;
  }

  private heldBy(client: string): number {
    return this.held.get(client) ?? 0;
  }
}
