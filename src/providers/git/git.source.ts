import type { Connection } from '../connection.js';
import type { Repository } from '../repository.js';
import type { TimeWindow } from '../time-window.js';
import type { RepositoryFolder } from './git.process.js';
import type { GitRepository } from './git.repository.js';

/** A repository ready to be read. Give it back when done: it may be removed then. */
export interface OpenRepository {
  readonly folder: RepositoryFolder;
  /** The commits whose files are there, so that their lines can be counted; absent: all of them. */
  readonly sized?: ReadonlySet<string>;
  /** What it is, asked while git already reads the history. */
  readonly describe: () => Promise<GitRepository>;
  /** `sound`: false if git could not read it. A clone is then made anew when next asked for. */
  readonly release: (sound: boolean) => void;
}

/** Where repositories come from: a folder of the operator's, or an address. */
export interface GitSource {
  /** Checks a path or URL that a client wishes to read. Throws `DomainError`. */
  connect(
    wish: string,
    client: string,
    signal: AbortSignal,
  ): Promise<{ baseUrl: string; label: string }>;

  repositoryId(connection: Connection): string;

  getRepository(connection: Connection, signal: AbortSignal): Promise<Repository>;

  /**
   * Opens it for what happened in a window of time.
   * Throws `DomainError`; abort rejects with the signal's reason.
   */
  open(connection: Connection, window: TimeWindow, signal: AbortSignal): Promise<OpenRepository>;
}
