import { setTimeout as sleep } from 'node:timers/promises';

/** Repeats an expectation until it holds; after the given milliseconds its last failure is thrown. */
export async function eventually(
  expectation: () => void | Promise<void>,
  withinMs = 4_000,
): Promise<void> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    try {
      await expectation();
      return;
    } catch (error) {
      if (Date.now() >= deadline) throw error;
      await sleep(10);
    }
  }
}
