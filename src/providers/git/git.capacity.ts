import { Injectable } from '@nestjs/common';
import type { TransferObservation } from '../http/transfer.channel.js';
import { withTimeout } from '../../state/with-timeout.js';
import { FairSemaphore } from '../fair.semaphore.js';
import { GitError } from './git.process.js';
import { observedTransfer } from './observed-transfer.js';

/** Places of all clients together, and what one of them may take of them. */
interface Places {
  readonly all: number;
  readonly share: number;
}

/** Of up to five processes each: the log, its lines, tags, people, and where the repository is from. */
const READINGS: Places = { all: 4, share: 2 };
/** Of up to three processes each. */
const QUESTIONS: Places = { all: 2, share: 1 };
/** Walks of folders, and a question to git about each configuration. */
const OPENINGS: Places = { all: 4, share: 2 };
/** Of two processes each, which mostly wait for a host. */
const LOOKS: Places = { all: 8, share: 2 };
/** Of up to five processes each. */
const COPIES: Places = { all: 6, share: 2 };

const semaphoreOf = ({ all, share }: Places): FairSemaphore => new FairSemaphore(all, share);

/** Whose places a connection takes, or a wish for one. */
export const clientOf = ({ client }: { readonly client?: string }): string => client ?? '';

/**
 * How much git does at once in this process, and how that is shared out: whoever has taken a share
 * waits, while there are places left for others. Starting a process holds up everything else here for
 * milliseconds, the longer the more memory this one has: a hundred at once would hold up its answers
 * to Redis, too, until they count as lost.
 */
@Injectable()
export class GitCapacity {
  /** Milliseconds until one who waits for a turn is told that there is none. */
  patienceMs = 60_000;
  private readonly readings = semaphoreOf(READINGS);
  private readonly questions = semaphoreOf(QUESTIONS);
  private readonly openings = semaphoreOf(OPENINGS);
  private readonly transfers = { look: semaphoreOf(LOOKS), copy: semaphoreOf(COPIES) };

  /**
   * Waits for a client's turn to read a repository on disk.
   * @returns what ends it. @throws GitError `busy`, or the signal's reason.
   */
  beginReading(client: string, signal: AbortSignal): Promise<() => void> {
    return this.enter(this.readings, client, signal);
  }

  /** Asks a repository on disk, in its turn. @throws GitError `busy`, or the signal's reason. */
  ask<T>(client: string, signal: AbortSignal, question: () => Promise<T>): Promise<T> {
    return this.inTurn(this.questions, client, signal, question);
  }

  /** Looks a repository on disk over, in its turn. @throws GitError `busy`, or the signal's reason. */
  open<T>(client: string, signal: AbortSignal, task: () => Promise<T>): Promise<T> {
    return this.inTurn(this.openings, client, signal, task);
  }

  /** Speaks with a host, in its turn. @throws GitError `busy`, or the signal's reason. */
  transfer<T>(
    kind: TransferObservation['kind'],
    client: string,
    signal: AbortSignal,
    task: () => Promise<T>,
  ): Promise<T> {
    return observedTransfer(kind, signal, () =>
      this.inTurn(this.transfers[kind], client, signal, task),
    );
  }

  private async inTurn<T>(
    semaphore: FairSemaphore,
    client: string,
    signal: AbortSignal,
    task: () => Promise<T>,
  ): Promise<T> {
    const leave = await this.enter(semaphore, client, signal);
    try {
      return await task();
    } finally {
      leave();
    }
  }

  private async enter(
    semaphore: FairSemaphore,
    client: string,
    signal: AbortSignal,
  ): Promise<() => void> {
    try {
      return await withTimeout(this.patienceMs, signal, (both) => semaphore.enter(client, both));
    } catch (cause) {
      signal.throwIfAborted();
      throw new GitError('busy', 'no turn came', { cause });
    }
  }
}
