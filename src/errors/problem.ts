import { DomainError, type FieldError } from './domain.error.js';
import { type ProblemCode, PROBLEMS } from './problem.catalog.js';

/** An RFC 9457 problem, on HTTP as `application/problem+json`, on the socket inside `error`. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly instance?: string;
  readonly code: ProblemCode;
  /** What to do next. */
  readonly hint: string;
  readonly requestId?: string;
  /** The trace the request belongs to, where it has one. */
  readonly traceId?: string;
  /** Seconds after which it is worth trying again. */
  readonly retryAfter?: number;
  readonly errors?: readonly FieldError[];
}

interface ProblemContext {
  readonly instance?: string;
  readonly requestId?: string;
  readonly traceId?: string;
}

/** A provider whose clock is off may ask for years. */
const MAX_RETRY_SECONDS = 86_400;

/** Problems are documented by their code in the API description. */
const typeOf = (code: ProblemCode): string => `urn:git-recap:problem:${code}`;

/** The one mapping from errors to what clients see; an error nobody foresaw tells nothing. */
export function toProblem(error: unknown, context: ProblemContext = {}): Problem {
  const known = error instanceof DomainError ? error : undefined;
  const code = known?.code ?? 'internal';
  const { status, title, hint } = PROBLEMS[code];
  return {
    type: typeOf(code),
    title,
    status,
    detail: known?.message ?? title,
    ...context,
    code,
    hint,
    retryAfter: known?.retryAt && secondsUntil(known.retryAt),
    errors: known?.errors,
  };
}

/** What a process refuses because it is about to end is as it should be; of a full one it tells by itself. */
const NO_FAULTS: ReadonlySet<ProblemCode> = new Set<ProblemCode>(['draining', 'server_busy']);

/** Whether operators should read of it. */
export const isFault = ({ status, code }: Problem): boolean =>
  status >= 500 && !NO_FAULTS.has(code);

function secondsUntil(instant: Date): number {
  const seconds = Math.ceil((instant.getTime() - Date.now()) / 1000);
  return Math.min(Math.max(1, seconds), MAX_RETRY_SECONDS);
}
