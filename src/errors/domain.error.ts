import type { ProblemCode } from './problem.catalog.js';

/** One wrong field of a request: its path (`author.0`) and what is wrong with it. */
export interface FieldError {
  readonly field: string;
  readonly message: string;
}

interface DomainErrorOptions {
  readonly cause?: unknown;
  /** When it is worth trying again. */
  readonly retryAt?: Date;
  readonly errors?: readonly FieldError[];
}

/**
 * The one error that services throw on purpose. `detail` is shown to the user, so it holds no
 * secret, no upstream body and no stack; what helps the operator goes into `cause`.
 */
export class DomainError extends Error {
  readonly code: ProblemCode;
  readonly retryAt?: Date;
  readonly errors?: readonly FieldError[];

  constructor(code: ProblemCode, detail: string, options: DomainErrorOptions = {}) {
    super(detail, { cause: options.cause });
    this.name = 'DomainError';
    this.code = code;
    this.retryAt = options.retryAt;
    this.errors = options.errors;
  }
}
