import { channel } from 'node:diagnostics_channel';
import { DomainError } from '../errors/domain.error.js';

/** One question to Redis and what became of it; nothing of what was asked. */
export interface StateObservation {
  readonly outcome: 'ok' | 'state_unavailable' | 'state_full' | 'fault';
  readonly milliseconds: number;
}

/** Where every question to Redis is announced when it has been answered, for metrics. */
export const STATE_CHANNEL = 'git-recap:state-command';

const commands = channel(STATE_CHANNEL);

/** Announces the question when it has been answered; costs nothing while nobody listens. */
export async function observedCommand<T>(answer: Promise<T>): Promise<T> {
  if (!commands.hasSubscribers) return answer;
  const begunAt = performance.now();
  const announce = (outcome: StateObservation['outcome']): void => {
    const milliseconds = performance.now() - begunAt;
    commands.publish({ outcome, milliseconds } satisfies StateObservation);
  };
  try {
    const result = await answer;
    announce('ok');
    return result;
  } catch (error) {
    announce(outcomeOf(error));
    throw error;
  }
}

function outcomeOf(error: unknown): StateObservation['outcome'] {
  const code = error instanceof DomainError ? error.code : undefined;
  return code === 'state_unavailable' || code === 'state_full' ? code : 'fault';
}
