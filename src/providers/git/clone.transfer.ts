import { rm } from 'node:fs/promises';
import { withTimeout } from '../../state/with-timeout.js';
import { type Clone, lacksHistory } from './clone.js';
import type { FoundHost } from './git.hosts.js';
import { GitError } from './git.process.js';
import type { CommitGraphCache } from './history/commit-graph.cache.js';
import { WindowFetch } from './window.fetch.js';
import { HostRefusal } from './wire/upload-pack.js';

/** Does a transfer into a folder, and ends it when that takes more room than it may. */
type Bounds = (
  directory: string,
  signal: AbortSignal,
  transfer: (signal: AbortSignal) => Promise<void>,
) => Promise<void>;

/** Milliseconds for all rounds of a window. */
const WINDOW_TIMEOUT = 120_000;

/**
 * Brings clones up to date with their host: a window of time where the host serves that, all of the
 * history from any other one.
 */
export class CloneTransfer {
  /** @param since From when on everything is wanted, in seconds since 1970. */
  constructor(
    private readonly graphs: CommitGraphCache,
    private readonly bounds: Bounds,
    private readonly host: FoundHost,
    private readonly since: number,
  ) {}

  /** Into a folder of its own. Throws `GitError`, what the bounds throw, or the signal's reason. */
  async make(clone: Clone, signal: AbortSignal): Promise<void> {
    try {
      if (await this.window(clone, signal, (fetch) => fetch.make(this.since))) return;
    } catch (error) {
      // It offers what it then refuses.
      if (!(error instanceof HostRefusal)) throw error;
      await rm(clone.directory, { recursive: true, force: true });
    }
    await this.bounds(clone.directory, signal, (bounded) =>
      clone.make(this.host.admitted, bounded),
    );
  }

  /** False where the clone is broken, or of no use with this host, and is to be made anew. */
  async update(clone: Clone, signal: AbortSignal): Promise<boolean> {
    try {
      if (clone.isWindow) {
        return await this.window(clone, signal, (fetch) => fetch.update(this.since));
      }
      await this.bounds(clone.directory, signal, (bounded) =>
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
    { directory }: Clone,
    signal: AbortSignal,
    task: (fetch: WindowFetch) => Promise<void>,
  ): Promise<boolean> {
    const { uploadPack } = this.host;
    if (!uploadPack?.servesWindows) return false;
    await this.bounds(directory, signal, (bounded) =>
      withTimeout(WINDOW_TIMEOUT, bounded, (both, timeout) =>
        task(new WindowFetch(directory, this.graphs, uploadPack, both)).catch((cause: unknown) => {
          if (bounded.aborted || !timeout.aborted) throw cause;
          throw new GitError('timeout', 'the window took too many rounds', { cause });
        }),
      ),
    );
    return true;
  }
}
