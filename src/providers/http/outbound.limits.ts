import { Injectable } from '@nestjs/common';

const SECOND = 1_000;

/** How much patience and room outgoing requests get. Times are in milliseconds, sizes in bytes. */
@Injectable()
export class OutboundLimits {
  connectTimeout = 5 * SECOND;
  /** From the request to the head of its answer: GitHub's GraphQL gives up by itself after 10 s. */
  headersTimeout = 12 * SECOND;
  /** Between two pieces of an answer. */
  bodyTimeout = 10 * SECOND;
  /** A call in all: waiting for its turn, every attempt and every pause. */
  totalTimeout = 28 * SECOND;
  /** All pauses of one call together; a longer one is the caller's to wait. */
  maxPause = 20 * SECOND;
  /** The first pause after a failure; it doubles each time. */
  firstPause = 250;
  maxAttempts = 4;
  maxRedirects = 3;
  /** Of a decoded answer. */
  maxBodySize = 50 * 1024 * 1024;
  /** Of an answer that is kept for its ETag, and of all of them together. */
  maxKeptAnswerSize = 1024 * 1024;
  maxKeptSize = 32 * 1024 * 1024;
  /** How long an answer is kept that nobody asks for. */
  keptAnswerAge = 60 * 60 * SECOND;
  /** At once to one origin for one credential. */
  maxInFlight = 20;
  /** Kept open to one origin, for all credentials together. */
  maxConnections = 64;
}
