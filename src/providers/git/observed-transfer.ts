import { channel } from 'node:diagnostics_channel';
import { DomainError } from '../../errors/domain.error.js';
import { TRANSFER_CHANNEL, type TransferObservation } from '../http/transfer.channel.js';
import { GitError } from './git.process.js';

const transfers = channel(TRANSFER_CHANNEL);

/** Announces a transfer when it has ended, however it does. */
export async function observedTransfer<T>(
  kind: TransferObservation['kind'],
  signal: AbortSignal,
  transfer: () => Promise<T>,
): Promise<T> {
  const begunAt = performance.now();
  const announce = (outcome: TransferObservation['outcome']): void => {
    const milliseconds = performance.now() - begunAt;
    transfers.publish({ kind, outcome, milliseconds } satisfies TransferObservation);
  };
  try {
    const result = await transfer();
    announce('ok');
    return result;
  } catch (error) {
    announce(signal.aborted ? 'aborted' : outcomeOf(error));
    throw error;
  }
}

function outcomeOf(error: unknown): TransferObservation['outcome'] {
  if (error instanceof GitError) return error.reason;
  return error instanceof DomainError ? 'refused' : 'failed';
}
