import { Injectable } from '@nestjs/common';
import type { TransferObservation } from '../http/transfer.channel.js';
import { withTimeout } from '../../state/with-timeout.js';
import { Semaphore } from '../semaphore.js';
import { GitError } from './git.process.js';
import { observedTransfer } from './observed-transfer.js';

/** Of up to five processes each: the log, its lines, tags, people, and where the repository is from. */
const READINGS = 4;
/** Of up to three processes each. */
const QUESTIONS = 2;
/** A process each, and it mostly waits for a host. */
const TRANSFERS = 8;

/**
 * How much git does at once in this process. Starting a process holds up everything else here for
 * milliseconds, the longer the more memory this one has: a hundred at once would hold up its answers
 * to Redis, too, until they count as lost.
 */
@Injectable()
export class GitCapacity {
  /** Milliseconds until one who waits for a turn is told that there is none. */
  patienceMs = 60_000;
  private readonly readings = new Semaphore(READINGS);
  private readonly questions = new Semaphore(QUESTIONS);
  private readonly transfers = new Semaphore(TRANSFERS);

  /**
   * Waits for a turn to read a repository on disk.
   * @returns what ends it. @throws GitError `busy`, or the signal's reason.
   */
  beginReading(signal: AbortSignal): Promise<() => void> {
    return this.enter(this.readings, signal);
  }

  /** Asks a repository on disk, in its turn. @throws GitError `busy`, or the signal's reason. */
  ask<T>(signal: AbortSignal, question: () => Promise<T>): Promise<T> {
    return this.inTurn(this.questions, signal, question);
  }

  /** Speaks with a host, in its turn. @throws GitError `busy`, or the signal's reason. */
  transfer<T>(
    kind: TransferObservation['kind'],
    signal: AbortSignal,
    task: () => Promise<T>,
  ): Promise<T> {
    return observedTransfer(kind, signal, () => this.inTurn(this.transfers, signal, task));
  }

  private async inTurn<T>(
    semaphore: Semaphore,
    signal: AbortSignal,
    task: () => Promise<T>,
  ): Promise<T> {
    const leave = await this.enter(semaphore, signal);
    try {
      return await task();
    } finally {
      leave();
    }
  }

  private async enter(semaphore: Semaphore, signal: AbortSignal): Promise<() => void> {
    try {
      return await withTimeout(this.patienceMs, signal, (both) => semaphore.enter(both));
    } catch (cause) {
      signal.throwIfAborted();
      throw new GitError('busy', 'no turn came', { cause });
    }
  }
}
