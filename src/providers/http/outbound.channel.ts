import { channel } from 'node:diagnostics_channel';
import type { ProviderName } from '../connection.js';
import type { Answer } from './answer.js';
import { shareLeft } from './rate-limit.js';

/** One request that went out, each attempt and each redirect by itself; nothing of it is secret. */
export interface OutboundObservation {
  readonly provider: ProviderName;
  readonly method: string;
  /** Absent when there was no answer. */
  readonly status?: number;
  /** Whether there was none because whoever asked did not wait for it. */
  readonly aborted: boolean;
  readonly milliseconds: number;
  /** How long it waited for its turn before that. */
  readonly waitedMilliseconds: number;
  /** What is left of the credential's rate limit, 0–1, where the provider says so. */
  readonly budget?: number;
}

/**
 * Where every outgoing request is announced when it has ended, for metrics: whoever counts subscribes
 * (`subscribe(OUTBOUND_CHANNEL, …)` of node:diagnostics_channel), and nobody here knows who that is.
 */
export const OUTBOUND_CHANNEL = 'git-recap:outbound-request';

const outbound = channel(OUTBOUND_CHANNEL);

/**
 * Announces the request when it has ended; costs nothing while nobody listens.
 * @param signal Ends it; a time-out is the provider's fault, any other reason is not.
 */
export async function observed<T extends Pick<Answer, 'status' | 'headers'>>(
  request: Pick<OutboundObservation, 'provider' | 'method' | 'waitedMilliseconds'>,
  signal: AbortSignal,
  send: () => Promise<T>,
): Promise<T> {
  if (!outbound.hasSubscribers) return send();
  const begunAt = performance.now();
  const announce = (answer?: T): void => {
    const milliseconds = performance.now() - begunAt;
    const budget = answer && shareLeft(answer.headers);
    const { status } = answer ?? {};
    const aborted = !answer && signal.aborted && !isTimeout(signal.reason);
    const observation: OutboundObservation = { ...request, status, aborted, milliseconds, budget };
    outbound.publish(observation);
  };
  try {
    const answer = await send();
    announce(answer);
    return answer;
  } catch (error) {
    announce();
    throw error;
  }
}

const isTimeout = (reason: unknown): boolean =>
  reason instanceof DOMException && reason.name === 'TimeoutError';
