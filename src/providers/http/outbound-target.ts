import type { Answer } from './answer.js';
import type { ProviderName } from '../connection.js';

/** Whom to talk to, and as whom. */
export interface OutboundTarget {
  readonly provider: ProviderName;
  /** The API's base address. Requests to any other origin are refused: they would carry the credential there. */
  readonly baseUrl: string;
  /** Requests with the same one share the limit on requests in flight. Kept as a hash only. */
  readonly credential?: string;
  /** Whether an answer that is no plain 429 means "too much" all the same. */
  readonly isRateLimited?: (answer: Answer) => boolean;
}

/** The part of `fetch` that the providers' SDKs use: a string body, no streams, no caching modes. */
export type OutboundFetch = (input: string | URL, init?: OutboundRequest) => Promise<Response>;

export interface OutboundRequest {
  readonly method?: string;
  readonly headers?: ConstructorParameters<typeof Headers>[0];
  readonly body?: string | null;
  readonly signal?: AbortSignal | null;
  /** It changes nothing, so it may be sent again after a failure. Default: whether it is a GET or HEAD. */
  readonly repeatable?: boolean;
}

/** A request whose end is settled. */
export type PendingRequest = OutboundRequest & { readonly signal: AbortSignal };
