/**
 * Does a task under a signal that also aborts when its time is over. Unlike `AbortSignal.timeout`, whose
 * timer runs on, this one leaves nothing behind.
 * @param ms From now, in milliseconds.
 * @param task Given both signals in one, and the one that tells whether it was for the time.
 */
export async function withTimeout<T>(
  ms: number,
  signal: AbortSignal | undefined,
  task: (either: AbortSignal, timeout: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const timer = setTimeout(() => {
    controller.abort(new DOMException(`not done within ${String(ms)} ms`, 'TimeoutError'));
  }, ms);
  const timeout = controller.signal;
  try {
    return await task(signal ? AbortSignal.any([signal, timeout]) : timeout, timeout);
  } finally {
    clearTimeout(timer);
  }
}
