import { DomainError } from '../errors/domain.error.js';
import { isFatal } from './fatal-error.js';
import type { Silence } from './silence.js';
import type { Step, StepOutcome } from './step.js';

export interface StepResult {
  readonly step: Step;
  readonly outcome: StepOutcome;
  readonly error?: DomainError;
}

/**
 * Runs steps and the steps they lead to, some at once, and yields each as it ends. No further step
 * begins while the consumer is busy with more than a round of results, so memory stays bounded; none
 * runs at all once the provider has fallen silent. Throws what concerns the whole connection.
 */
export async function* runSteps(
  steps: readonly Step[],
  maxAtOnce: number,
  silence: Silence,
): AsyncGenerator<StepResult> {
  const waiting = [...steps];
  let begun = 0;
  const running = new Map<Step, Promise<StepResult>>();
  while (begun < waiting.length || running.size > 0) {
    // Nothing is taken out at the front: with ten thousand repositories that moves all the others.
    const next = waiting.slice(begun, begun + maxAtOnce - running.size);
    begun += next.length;
    for (const step of next) {
      const result = settle(step, silence);
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

async function settle(step: Step, silence: Silence): Promise<StepResult> {
  if (silence.reason) return failureOf(step, silence.reason);
  const begunAt = performance.now();
  try {
    const outcome = await step.run();
    silence.note(begunAt, undefined);
    return { step, outcome };
  } catch (error) {
    if (!(error instanceof DomainError) || isFatal(error)) throw error;
    silence.note(begunAt, error);
    return failureOf(step, error);
  }
}

function failureOf(step: Step, error: DomainError): StepResult {
  const { repositories, kinds } = step;
  const gap = step.gapAfter?.(error) ?? { repositories, kinds, reason: error.message, total: true };
  return { step, outcome: { gaps: [gap] }, error };
}
