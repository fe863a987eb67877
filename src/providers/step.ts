import type { DomainError } from '../errors/domain.error.js';
import type { Action, ActionType } from './action.js';

/** Something that could not be read, or not all of it. */
export interface Gap {
  /** The ids of the repositories it concerns; absent: all of them. */
  readonly repositories?: readonly string[];
  readonly kinds: readonly ActionType[];
  /** For people. */
  readonly reason: string;
  /** Nothing of these kinds was read; else some of it was. */
  readonly total: boolean;
}

export interface StepOutcome {
  readonly actions?: readonly Action[];
  /** What this step found to be read as well. */
  readonly next?: readonly Step[];
  readonly gaps?: readonly Gap[];
}

/** One request's worth of reading. */
export interface Step {
  /** The ids of the repositories it reads; absent: possibly all of them. */
  readonly repositories?: readonly string[];
  readonly kinds: readonly ActionType[];
  run(): Promise<StepOutcome>;
  /** What its failure leaves unread; by default all of its kinds, of its repositories. */
  gapAfter?(failure: DomainError): Gap;
}
