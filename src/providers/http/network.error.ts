import { DomainError } from '../../errors/domain.error.js';

const TIMEOUTS = [
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
  'ETIMEDOUT',
];

/** The refusal of this server's own that kept a connection from being made. */
export function refusalIn(error: unknown): DomainError | undefined {
  if (error instanceof DomainError) return error;
  return error instanceof Error && error.cause ? refusalIn(error.cause) : undefined;
}

/** What `fetch` throws without an answer, as the error this server's users see. */
export function networkError(provider: string, error: unknown): DomainError {
  if (TIMEOUTS.includes(codeOf(error) ?? '')) {
    return new DomainError('provider_timeout', `${provider} did not answer in time`, {
      cause: error,
    });
  }
  return new DomainError('provider_failed', `${provider} could not be reached`, { cause: error });
}

/** `fetch` wraps what happened on the socket: once, or (several addresses tried) as one of several. */
function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if ('code' in error && typeof error.code === 'string') return error.code;
  return codeOf(error instanceof AggregateError ? error.errors[0] : error.cause);
}
