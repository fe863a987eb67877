import { channel } from 'node:diagnostics_channel';

/** One request that went out, each attempt and each redirect by itself; nothing of it is secret. */
export interface OutboundObservation {
  /** The provider as people know it, such as `GitHub`. */
  readonly provider: string;
  readonly method: string;
  /** Absent when there was no answer. */
  readonly status?: number;
  readonly milliseconds: number;
}

/**
 * Where every outgoing request is announced when it has ended, for metrics: whoever counts subscribes
 * (`subscribe(OUTBOUND_CHANNEL, …)` of node:diagnostics_channel), and nobody here knows who that is.
 */
export const OUTBOUND_CHANNEL = 'git-recap:outbound-request';

const outbound = channel(OUTBOUND_CHANNEL);

/** Announces the request when it has ended; costs nothing while nobody listens. */
export async function observed<T extends { readonly status: number }>(
  request: Pick<OutboundObservation, 'provider' | 'method'>,
  send: () => Promise<T>,
): Promise<T> {
  if (!outbound.hasSubscribers) return send();
  const begunAt = performance.now();
  const announce = (status?: number): void => {
    const milliseconds = performance.now() - begunAt;
    outbound.publish({ ...request, status, milliseconds } satisfies OutboundObservation);
  };
  try {
    const answer = await send();
    announce(answer.status);
    return answer;
  } catch (error) {
    announce();
    throw error;
  }
}
