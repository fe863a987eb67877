import type { APIError } from '@anthropic-ai/sdk';

import { DomainError } from '../../../errors/domain.error.js';

/** What is to be done about a failed request. */
export interface Failure {
  /** The error to end with. */
  readonly error: DomainError;
  /** Whether the same request may succeed a little later. */
  readonly transient: boolean;
  /** How long the API asks to wait, in milliseconds, where it does. */
  readonly retryAfter?: number;
}

const REFUSED = 'The language model refused the request.';
const OVERLOADED = 'The language model is overloaded or failing.';
const MESSAGES: Readonly<Record<number, string>> = {
  401: 'The language model refused the key of this server; its operator should check ANTHROPIC_API_KEY.',
  403: 'The language model refused the key of this server; its operator should check ANTHROPIC_API_KEY.',
  404: 'The language model was not found; the operator should check ANTHROPIC_MODEL and ANTHROPIC_BASE_URL.',
  429: 'The language model takes no more requests from this server for now.',
};
const MISCONFIGURED: ReadonlySet<number | undefined> = new Set([401, 403, 404]);
/** An `error` event inside of a stream has no status (https://docs.claude.com/en/api/errors). */
const TRANSIENT_TYPES: ReadonlySet<string | null> = new Set([
  'overloaded_error',
  'api_error',
  'rate_limit_error',
  'timeout_error',
]);

/** Explains whatever a request threw; what the API wrote stays in `cause`. */
export const explainFailure = async (cause: unknown): Promise<Failure> => {
  if (cause instanceof DomainError) {
    return { error: cause, transient: cause.code === 'writer_timeout' };
  }

  const sdk = await import('@anthropic-ai/sdk');
  if (!isAnswer(cause, sdk) || cause instanceof sdk.APIConnectionError) {
    const detail = 'The connection to the language model could not be made, or broke off.';
    return { error: new DomainError('writer_failed', detail, { cause }), transient: true };
  }

  return explainAnswer(cause);
};

const isAnswer = (cause: unknown, sdk: typeof import('@anthropic-ai/sdk')): cause is APIError =>
  cause instanceof sdk.APIError;

const explainAnswer = (cause: APIError): Failure => {
  const { status, headers, type } = cause;
  const transient = status === undefined ? TRANSIENT_TYPES.has(type) : isTransient(status);
  const detail = MESSAGES[status ?? 0] ?? (transient ? OVERLOADED : REFUSED);
  const retryAfter = transient ? readRetryAfter(headers) : undefined;
  const retryAt = retryAfter === undefined ? undefined : new Date(Date.now() + retryAfter);
  const code = MISCONFIGURED.has(status) ? 'writer_unavailable' : 'writer_failed';
  return {
    error: new DomainError(code, detail, { cause, retryAt }),
    transient,
    retryAfter,
  };
};

const isTransient = (status: number): boolean =>
  status === 408 || status === 409 || status === 429 || status >= 500;

/** `retry-after` in seconds or as a date. */
const readRetryAfter = (headers: Headers | undefined): number | undefined => {
  const value = headers?.get('retry-after');
  if (!value) return undefined;
  const seconds = Number(value);
  const milliseconds = Number.isNaN(seconds) ? Date.parse(value) - Date.now() : seconds * 1_000;
  return Number.isNaN(milliseconds) ? undefined : Math.max(0, milliseconds);
};
