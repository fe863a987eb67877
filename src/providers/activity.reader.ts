import { DomainError } from '../errors/domain.error.js';
import type { ActionSieve } from './action.sieve.js';
import type { ActionBatch } from './base.fetcher.js';
import type { CoverageLedger } from './coverage.ledger.js';
import { Silence } from './silence.js';
import type { Step } from './step.js';
import { runSteps } from './step.runner.js';

/** Of the 20 that the way out lets through at once for a credential; what else it asks must get through too. */
const MAX_STEPS_AT_ONCE = 16;

/**
 * Takes the steps and what they lead to, one stage after the other where a stage needs what the one
 * before it found, and yields what answers the question, with the coverage of repositories as they
 * end. Throws what concerns the whole connection, when it has said which repositories that leaves
 * unread; also what went wrong first, where nothing went well.
 */
export async function* readActivity(
  stages: readonly (readonly Step[])[],
  ledger: CoverageLedger,
  sieve: ActionSieve,
): AsyncGenerator<ActionBatch> {
  for (const step of stages.flat()) ledger.expect(step);
  yield { actions: [], coverage: ledger.takeEnded(), total: ledger.size };
  const silence = new Silence();
  let successes = 0;
  let firstError: Error | undefined;
  try {
    for (const steps of stages) {
      for await (const { step, outcome, error } of runSteps(steps, MAX_STEPS_AT_ONCE, silence)) {
        if (error) firstError ??= error;
        else successes += 1;
        for (const next of outcome.next ?? []) ledger.expect(next);
        for (const gap of outcome.gaps ?? []) ledger.miss(gap);
        ledger.settle(step);
        const actions = sieve.sift(outcome.actions ?? []);
        yield { actions, coverage: ledger.takeEnded(), bots: sieve.takeBots() };
      }
    }
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    yield { actions: [], coverage: ledger.giveUp(error.message, successes === 0) };
    throw error;
  }
  if (firstError && successes === 0) throw firstError;
}
