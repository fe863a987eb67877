import { rm } from 'node:fs/promises';
import { withTimeout } from '../../state/with-timeout.js';
import { type Clone, lacksHistory } from './clone.js';
import type { FoundHost } from './git.hosts.js';
import { GitError } from './git.process.js';
import { ChangedFiles, type SizedCommits } from './changed.files.js';
import type { Seconds } from './history/history.js';
import type { CommitGraphCache } from './history/commit-graph.cache.js';
import { type RoundSizes, WindowFetch } from './window.fetch.js';
import { HostRefusal } from './wire/upload-pack.js';

/** Does a transfer into a folder, and ends it when that takes more room than it may. */
type Bounds = (
  directory: string,
  signal: AbortSignal,
  transfer: (signal: AbortSignal) => Promise<void>,
) => Promise<void>;

export interface TransferMeans {
  readonly graphs: CommitGraphCache;
  readonly rounds: RoundSizes;
  readonly bounds: Bounds;
}

/** Milliseconds for all rounds of a window. */
const WINDOW_TIMEOUT = 120_000;

/**
 * Brings clones up to date with their host: a window of time where the host serves that, all of the
 * history from any other one.
 */
export class CloneTransfer {
  constructor(
    private readonly means: TransferMeans,
    private readonly host: FoundHost,
    private readonly asked: Seconds,
    private readonly sizes: SizedCommits,
  ) {}

  /** Into a folder of its own. Throws `GitError`, what the bounds throw, or the signal's reason. */
  async make(clone: Clone, signal: AbortSignal): Promise<void> {
    try {
      if (await this.window(clone, signal, (fetch) => fetch.make(this.asked.since))) return;
    } catch (error) {
      // It offers what it then refuses.
      if (!(error instanceof HostRefusal)) throw error;
      await rm(clone.directory, { recursive: true, force: true });
    }
    await this.means.bounds(clone.directory, signal, (bounded) =>
      clone.make(this.host.admitted, bounded),
    );
  }

  /** False where the clone is broken, or of no use with this host, and is to be made anew. */
  async update(clone: Clone, signal: AbortSignal): Promise<boolean> {
    try {
      if (clone.isWindow) {
        return await this.window(clone, signal, (fetch) => fetch.update(this.asked.since));
      }
      await this.means.bounds(clone.directory, signal, (bounded) =>
        clone.fetch(this.host.admitted, bounded),
      );
      return true;
    } catch (error) {
      if (!(error instanceof GitError)) throw error;
      const isOver = lacksHistory(error) || error instanceof HostRefusal;
      if (!isOver && (await clone.isSound(signal))) throw error;
      return false;
    }
  }

  /** False where the host does not serve windows. */
  private async window(
    clone: Clone,
    signal: AbortSignal,
    task: (fetch: WindowFetch) => Promise<void>,
  ): Promise<boolean> {
    const { uploadPack } = this.host;
    const { graphs, rounds } = this.means;
    const { directory } = clone;
    if (!uploadPack?.servesWindows) return false;
    await this.means.bounds(directory, signal, (bounded) =>
      withTimeout(WINDOW_TIMEOUT, bounded, async (both, timeout) => {
        try {
          await task(new WindowFetch(directory, graphs, uploadPack, rounds, both));
          const { folder } = clone;
          const history = await graphs.read(folder, both);
          await new ChangedFiles(folder, uploadPack, both).bring(history, this.asked, this.sizes);
        } catch (cause) {
          if (bounded.aborted || !timeout.aborted) throw cause;
          throw new GitError('timeout', 'the window took too many rounds', { cause });
        }
      }),
    );
    return true;
  }
}
