import { untilAborted } from './until-aborted.js';

interface Running<T> {
  readonly result: Promise<T>;
  readonly controller: AbortController;
  askers: number;
  isOver: boolean;
}

/** Does the same work once for all who ask for it at the same time. It is cancelled when the last one leaves. */
export class SharedWork<T> {
  private readonly running = new Map<string, Running<T>>();

  async join(
    key: string,
    signal: AbortSignal,
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    signal.throwIfAborted();
    const current = this.running.get(key) ?? this.start(key, work);
    current.askers += 1;
    try {
      return await untilAborted(current.result, signal);
    } finally {
      current.askers -= 1;
      if (current.askers === 0) this.leave(key, current);
    }
  }

  private start(key: string, work: (signal: AbortSignal) => Promise<T>): Running<T> {
    const controller = new AbortController();
    const result = work(controller.signal);
    const started = { result, controller, askers: 0, isOver: false };
    const end = (): void => {
      started.isOver = true;
    };
    result.then(end, end);
    this.running.set(key, started);
    return started;
  }

  private leave(key: string, current: Running<T>): void {
    if (this.running.get(key) === current) this.running.delete(key);
    if (!current.isOver) current.controller.abort();
  }
}
