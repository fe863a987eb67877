import type { APIError } from '@anthropic-ai/sdk';

import { DomainError } from '../../../errors/domain.error.js';
import type { ProblemCode } from '../../../errors/problem.catalog.js';
import { BrokenStream } from './broken.stream.js';

/** What is to be done about a failed request. */
export interface Failure {
  /** The error to end with. */
  readonly error: DomainError;
  /** Whether the same request may succeed a little later. */
  readonly transient: boolean;
  /** How long the API asks to wait, in milliseconds, where it does. */
  readonly retryAfter?: number;
}

type Explanation = readonly [code: ProblemCode, detail: string];

const REFUSED: Explanation = ['writer_failed', 'The language model refused the request.'];
const OVERLOADED: Explanation = [
  'writer_failed',
  'The language model is overloaded or failing. Try again in a few minutes.',
];
const NO_CREDIT: Explanation = [
  'writer_no_credit',
  'The account of this server has no credit left at the language model; its operator has to add some.',
];
const INPUT_TOO_LONG: Explanation = [
  'writer_input_too_long',
  'This is more than the language model can read at once. Ask for a shorter window or fewer repositories; the operator should lower ANTHROPIC_INPUT_TOKENS.',
];
const ANSWER_TOO_LONG: Explanation = [
  'writer_max_tokens_high',
  'This server asks the language model for longer answers than it can give; its operator should lower ANTHROPIC_MAX_TOKENS.',
];
/** https://docs.claude.com/en/api/errors */
const STATUSES: Readonly<Record<number, Explanation>> = {
  401: [
    'writer_key_refused',
    'The language model refused the key of this server; its operator should check ANTHROPIC_API_KEY.',
  ],
  402: NO_CREDIT,
  403: [
    'writer_forbidden',
    'The key of this server is known to the language model, but may not use it; its operator should check which models and regions the workspace may use, and ANTHROPIC_MODEL.',
  ],
  404: [
    'writer_model_not_found',
    'The language model was not found; the operator should check ANTHROPIC_MODEL and ANTHROPIC_BASE_URL.',
  ],
  413: INPUT_TOO_LONG,
  429: ['writer_failed', 'The language model takes no more requests from this server for now.'],
};
/**
 * All of these have status 400 and type `invalid_request_error`; nothing but their words tells them
 * apart (https://github.com/anthropics/claude-quickstarts/issues/229,
 * https://github.com/anthropics/claude-code/issues/12186,
 * https://github.com/anthropics/claude-code/issues/24451).
 */
const WORDS: readonly (readonly [words: RegExp, explanation: Explanation])[] = [
  [/credit balance is too low/i, NO_CREDIT],
  [/prompt is too long|exceeds? (?:the )?context limit/i, INPUT_TOO_LONG],
  [/max_tokens: .{0,40}maximum allowed/i, ANSWER_TOO_LONG],
];
/** An `error` event inside of a stream has no status. */
const TRANSIENT_TYPES: ReadonlySet<string | null> = new Set([
  'overloaded_error',
  'api_error',
  'rate_limit_error',
  'timeout_error',
]);
const TYPES: Readonly<Record<string, Explanation>> = { billing_error: NO_CREDIT };

/** Explains whatever a request threw; of what the API wrote only its type and the request's id are kept. */
export const explainFailure = async (cause: unknown): Promise<Failure> => {
  if (cause instanceof DomainError) {
    return { error: cause, transient: cause.code === 'writer_timeout' };
  }
  const sdk = await import('@anthropic-ai/sdk');
  if (cause instanceof BrokenStream || cause instanceof sdk.APIConnectionError) {
    const detail = 'The connection to the language model could not be made, or broke off.';
    return { error: new DomainError('writer_failed', detail, { cause }), transient: true };
  }
  if (cause instanceof sdk.APIError) return explainAnswer(cause as APIError);
  const detail = 'The language model answered in a form that this server does not know.';
  return { error: new DomainError('writer_failed', detail, { cause }), transient: false };
};

const explainAnswer = (answer: APIError): Failure => {
  const { status, headers, type } = answer;
  const transient = status === undefined ? TRANSIENT_TYPES.has(type) : isTransient(status);
  const [code, detail] = explanationOf(answer) ?? (transient ? OVERLOADED : REFUSED);
  const retryAfter = transient ? readRetryAfter(headers) : undefined;
  const retryAt = retryAfter === undefined ? undefined : new Date(Date.now() + retryAfter);
  return {
    error: new DomainError(code, detail, { cause: new ModelAnswer(answer), retryAt }),
    transient,
    retryAfter,
  };
};

const explanationOf = ({ status, type, apiMessage }: APIError): Explanation | undefined => {
  const said = (apiMessage ?? '').slice(0, 1_000);
  const byWords = WORDS.find(([words]) => status === 400 && words.test(said))?.[1];
  return byWords ?? TYPES[type ?? ''] ?? STATUSES[status ?? 0];
};

/** What operators are told of a refusal: its body may quote the request, so it goes no further. */
class ModelAnswer extends Error {
  constructor({ status, type, requestID, stack }: APIError) {
    const id = nameOf(requestID);
    super(
      [status, nameOf(type), id && `(request ${id})`].filter(Boolean).join(' ') || 'an error event',
    );
    this.name = 'ModelAnswer';
    // The first line of the other stack is its message.
    this.stack = [String(this), ...(stack?.match(/^ {4}at .*$/gm) ?? [])].join('\n');
  }
}

const nameOf = (value: unknown): string | undefined =>
  typeof value === 'string' && /^\w{1,64}$/.test(value) ? value : undefined;

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
