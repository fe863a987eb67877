import { DomainError } from '../errors/domain.error.js';
import { isFatal } from './fatal-error.js';
import type { Step, StepOutcome } from './step.js';

export interface StepResult {
  readonly step: Step;
  readonly outcome: StepOutcome;
  readonly error?: DomainError;
}

/**
 * Runs steps and the steps they lead to, some at once, and yields each as it ends. No further step
 * begins while the consumer is busy with more than a round of results, so memory stays bounded.
 * Throws what concerns the whole connection.
 */
export async function* runSteps(
  steps: readonly Step[],
  maxAtOnce: number,
): AsyncGenerator<StepResult> {
  const waiting = [...steps];
  const running = new Map<Step, Promise<StepResult>>();
  while (waiting.length > 0 || running.size > 0) {
    for (const step of waiting.splice(0, maxAtOnce - running.size)) {
      const result = settle(step);
      // Whoever stops listening early leaves promises behind that nobody awaits.
      result.catch(() => undefined);
      running.set(step, result);
    }
    const result = await Promise.race(running.values());
    running.delete(result.step);
    waiting.push(...(result.outcome.next ?? []));
    yield result;
  }
}

async function settle(step: Step): Promise<StepResult> {
  try {
    return { step, outcome: await step.run() };
  } catch (error) {
    if (!(error instanceof DomainError) || isFatal(error)) throw error;
    const { repositories, kinds } = step;
    const gap = { repositories, kinds, reason: error.message, total: true };
    return { step, outcome: { gaps: [gap] }, error };
  }
}
