import { createHash, randomBytes } from 'node:crypto';
import { existsSync, renameSync } from 'node:fs';
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Injectable } from '@nestjs/common';
import { Environment } from '../../config/environment.js';
import { DomainError } from '../../errors/domain.error.js';
import { GitCapacity } from './git.capacity.js';
import { Clone } from './clone.js';
import { CloneTransfer } from './clone.transfer.js';
import { folderSize } from './folder-size.js';
import type { AdmittedAddress } from './git.gate.js';
import { GitHosts } from './git.hosts.js';
import { SizedCommits } from './changed.files.js';
import type { Seconds } from './history/history.js';
import { CommitGraphCache } from './history/commit-graph.cache.js';
import { ROUND_SIZES } from './window.fetch.js';
import { SharedWork } from '../shared-work.js';

/** A clone in use. Give it back: until then it stays on disk. */
export interface CloneLease {
  readonly clone: Clone;
  /** The commits of whose lines it holds enough to count them. */
  readonly sized: ReadonlySet<string>;
  /** `sound`: false if it could not be read, and has to be made anew. */
  readonly release: (sound: boolean) => void;
}

interface Entry {
  readonly key: string;
  readonly clone: Clone;
  bytes: number;
  users: number;
  /** Milliseconds since 1970. */
  lastUsed: number;
  /** Milliseconds of `performance.now()`. */
  fetchedAt: number;
  /** What it is then known to hold all of. */
  window: Seconds;
  readonly sizes: SizedCommits;
  sound: boolean;
}

/** Who asks for a clone, and for what of it. */
export interface CloneWish {
  readonly client: string;
  readonly window: Seconds;
}

/** How long a clone answers without asking its address again. */
const FRESH_FOR = 60_000;
/** Seconds. */
const HOUR = 3_600;
const ALL_TIME: Seconds = { since: -Infinity, until: Infinity };
const SIZE_CHECK_INTERVAL = 250;
const CLONE_NAME = /^[0-9a-f]{64}$/;
const UNFINISHED_NAME = /^unfinished-(\d+)-[0-9a-f]+$/;

/**
 * The clones of this server: at most GIT_CACHE_BYTES together, those unused for longest leave first.
 * One clone may take half of it. Several servers may share the folder.
 */
@Injectable()
export class GitCloneCache {
  /** How much the rounds of a window bring. */
  rounds = ROUND_SIZES;
  private readonly entries = new Map<string, Entry>();
  private readonly turns = new SharedWork<void>();
  private readonly work = new SharedWork<void>();
  private opened?: Promise<void>;

  constructor(
    private readonly environment: Environment,
    private readonly capacity: GitCapacity,
    private readonly hosts: GitHosts,
    private readonly graphs: CommitGraphCache,
  ) {}

  /**
   * The clone of an address, made, brought up to date or deepened if need be; once for all who ask at the
   * same time, though each client waits for a turn of its own only. Throws `GitError`, `DomainError` `repository_too_large` or `state_full`.
   */
  async use(
    admitted: AdmittedAddress,
    { client, window }: CloneWish,
    signal: AbortSignal,
  ): Promise<CloneLease> {
    await this.open();
    const wish = { client, window: rounded(window) };
    const key = createHash('sha256').update(admitted.address.url).digest('hex');
    const entry = this.entries.get(key) ?? this.newEntry(key);
    entry.users += 1;
    try {
      await this.turns.join(`${client} ${JSON.stringify(wish.window)} ${key}`, signal, (mine) =>
        this.refresh(entry, admitted, wish, mine),
      );
    } catch (error) {
      entry.users -= 1;
      await this.forgetIfGone(entry);
      throw error;
    }
    const release = (sound: boolean): void => {
      entry.users -= 1;
      entry.lastUsed = Date.now();
      entry.sound &&= sound;
    };
    return { clone: entry.clone, sized: entry.sizes.here, release };
  }

  private async refresh(
    entry: Entry,
    admitted: AdmittedAddress,
    wish: CloneWish,
    signal: AbortSignal,
  ): Promise<void> {
    // What others have asked for may have been less.
    while (!holds(entry, wish.window)) {
      await this.capacity.transfer('copy', wish.client, signal, () =>
        this.work.join(entry.key, signal, (shared) => this.copy(entry, admitted, wish, shared)),
      );
    }
  }

  private async copy(
    entry: Entry,
    admitted: AdmittedAddress,
    { client, window }: CloneWish,
    signal: AbortSignal,
  ): Promise<void> {
    if (holds(entry, window)) return;
    await this.hosts.visit(admitted, client, signal, async (found, within) => {
      const bounds = this.withinBounds.bind(this, entry);
      const means = { graphs: this.graphs, rounds: this.rounds, bounds };
      const transfer = new CloneTransfer(means, found, window, entry.sizes);
      if (await this.isOfUse(entry)) {
        if (await transfer.update(entry.clone, within)) return;
      }
      await this.discard(entry);
      await this.makeClone(entry, transfer, within);
    });
    entry.window = entry.clone.isWindow ? window : ALL_TIME;
    entry.fetchedAt = performance.now();
    await this.makeRoom();
  }

  /** Whether it is there, in so few packs that they are still quickly looked through. */
  private async isOfUse(entry: Entry): Promise<boolean> {
    if (!entry.sound || !(await isOnDisk(entry))) return false;
    // A window is soon made anew, but not while somebody else reads it.
    return !entry.clone.isWindow || entry.users > 1 || (await entry.clone.isOrderly());
  }

  private async makeClone(
    entry: Entry,
    transfer: CloneTransfer,
    signal: AbortSignal,
  ): Promise<void> {
    const unfinished = new Clone(join(this.directory, unfinishedName()));
    const { directory } = unfinished;
    try {
      await transfer.make(unfinished, signal);
      if (await this.publish(unfinished, entry)) {
        this.graphs.move(directory, entry.clone.directory);
      } else await transfer.update(entry.clone, signal);
    } finally {
      this.graphs.forget(directory);
      await rm(directory, { recursive: true, force: true });
    }
  }

  /** False where another server that shares the folder was quicker. */
  private async publish(unfinished: Clone, entry: Entry): Promise<boolean> {
    try {
      await rename(unfinished.directory, entry.clone.directory);
      return true;
    } catch (error) {
      if (!(await isOnDisk(entry))) throw error;
      return false;
    }
  }

  /** Does a transfer into a folder, and ends it when the folder takes more than it may. */
  private async withinBounds(
    entry: Entry,
    directory: string,
    signal: AbortSignal,
    transfer: (signal: AbortSignal) => Promise<void>,
  ): Promise<void> {
    const bound = new AbortController();
    const measure = async (): Promise<void> => {
      entry.bytes = await folderSize(directory);
      const problem = this.excess(entry) ?? (await this.makeRoom());
      if (problem) bound.abort(problem);
    };
    const timer = setInterval(() => {
      measure().catch((error: unknown) => bound.abort(error));
    }, SIZE_CHECK_INTERVAL);
    try {
      await transfer(AbortSignal.any([signal, bound.signal]));
    } finally {
      clearInterval(timer);
    }
    await measure();
    bound.signal.throwIfAborted();
  }

  private excess({ bytes }: Entry): DomainError | undefined {
    const limit = this.environment.GIT_CACHE_BYTES / 2;
    if (bytes <= limit) return undefined;
    return new DomainError(
      'repository_too_large',
      `The history of the repository takes more than ${Math.floor(limit / 1024 / 1024)} MiB.`,
    );
  }

  /** Removes what was unused for longest. Returns a problem if all that is left is in use. */
  private async makeRoom(): Promise<DomainError | undefined> {
    const idle = [...this.entries.values()]
      .filter(({ users }) => users === 0)
      .sort((one, other) => one.lastUsed - other.lastUsed);
    let total = [...this.entries.values()].reduce((sum, { bytes }) => sum + bytes, 0);
    const leaving: Promise<void>[] = [];
    for (const entry of idle) {
      if (total <= this.environment.GIT_CACHE_BYTES) break;
      this.entries.delete(entry.key);
      total -= entry.bytes;
      leaving.push(this.discard(entry));
    }
    await Promise.all(leaving);
    if (total <= this.environment.GIT_CACHE_BYTES) return undefined;
    return new DomainError('state_full', 'The repositories being read fill the space for them.');
  }

  private get directory(): string {
    const { GIT_CACHE_DIR } = this.environment;
    if (GIT_CACHE_DIR !== undefined) return GIT_CACHE_DIR;
    throw new DomainError('clone_disabled', 'This server has no folder for clones: GIT_CACHE_DIR.');
  }

  /** Out of the way in one step, before anyone can take it for a clone; then off the disk. */
  private async discard(entry: Entry): Promise<void> {
    const refuse = join(this.directory, unfinishedName());
    this.graphs.forget(entry.clone.directory);
    entry.sizes.clear();
    entry.bytes = 0;
    entry.fetchedAt = -Infinity;
    entry.sound = true;
    if (!existsSync(entry.clone.directory)) return;
    renameSync(entry.clone.directory, refuse);
    await rm(refuse, { recursive: true, force: true });
  }

  private async forgetIfGone(entry: Entry): Promise<void> {
    if (await isOnDisk(entry)) return;
    if (entry.users === 0) this.entries.delete(entry.key);
  }

  private open(): Promise<void> {
    this.opened ??= this.takeOver().catch((error: unknown) => {
      this.opened = undefined;
      throw error;
    });
    return this.opened;
  }

  /** Finds the clones of an earlier run, and removes what it left unfinished. */
  private async takeOver(): Promise<void> {
    await mkdir(this.directory, { recursive: true, mode: 0o700 });
    for (const name of await readdir(this.directory)) {
      const path = join(this.directory, name);
      const [, pid] = UNFINISHED_NAME.exec(name) ?? [];
      if (pid !== undefined && !runsElsewhere(Number(pid))) {
        await rm(path, { recursive: true, force: true });
      }
      if (!CLONE_NAME.test(name)) continue;
      const entry = this.newEntry(name);
      entry.bytes = await folderSize(path);
      entry.lastUsed = (await stat(path)).mtimeMs;
    }
    await this.makeRoom();
  }

  private newEntry(key: string): Entry {
    const clone = new Clone(join(this.directory, key));
    const entry = {
      key,
      clone,
      bytes: 0,
      users: 0,
      lastUsed: Date.now(),
      fetchedAt: -Infinity,
      window: { since: Infinity, until: -Infinity },
      sizes: new SizedCommits(),
      sound: true,
    };
    this.entries.set(key, entry);
    return entry;
  }
}

/** Whether it was brought up to date a moment ago, with all of the window. */
const holds = ({ sound, fetchedAt, window }: Entry, { since, until }: Seconds): boolean =>
  sound &&
  performance.now() - fetchedAt < FRESH_FOR &&
  window.since <= since &&
  window.until >= until;

/** What ends now has no end, and begins a little later each time. */
const rounded = ({ since, until }: Seconds): Seconds => ({
  since: Math.floor(since / HOUR) * HOUR,
  until: until > Date.now() / 1000 - HOUR ? Infinity : until,
});

const unfinishedName = (): string => `unfinished-${process.pid}-${randomBytes(8).toString('hex')}`;

const isOnDisk = ({ clone }: Entry): Promise<boolean> =>
  stat(clone.directory).then(
    () => true,
    () => false,
  );

/** Whether an unfinished clone is another living server's. This one has none when it starts. */
function runsElsewhere(pid: number): boolean {
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
