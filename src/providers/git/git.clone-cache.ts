import { createHash, randomBytes } from 'node:crypto';
import { existsSync, renameSync } from 'node:fs';
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Injectable } from '@nestjs/common';
import { Environment } from '../../config/environment.js';
import { DomainError } from '../../errors/domain.error.js';
import { GitCapacity } from './git.capacity.js';
import { Clone, lacksHistory } from './clone.js';
import { folderSize } from './folder-size.js';
import type { AdmittedAddress } from './git.gate.js';
import { SilentHosts } from './silent.hosts.js';
import { GitError } from './git.process.js';
import { SharedWork } from '../shared-work.js';

/** A clone in use. Give it back: until then it stays on disk. */
export interface CloneLease {
  readonly clone: Clone;
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
  fetchedAt: number;
  sound: boolean;
}

/** How long a clone answers without asking its address again. */
const FRESH_FOR = 60_000;
const SIZE_CHECK_INTERVAL = 250;
const CLONE_NAME = /^[0-9a-f]{64}$/;
const UNFINISHED_NAME = /^unfinished-(\d+)-[0-9a-f]+$/;

/**
 * The clones of this server: at most GIT_CACHE_BYTES together, those unused for longest leave first.
 * One clone may take half of it. Several servers may share the folder.
 */
@Injectable()
export class GitCloneCache {
  private readonly entries = new Map<string, Entry>();
  private readonly turns = new SharedWork<void>();
  private readonly work = new SharedWork<void>();
  private opened?: Promise<void>;

  constructor(
    private readonly environment: Environment,
    private readonly capacity: GitCapacity,
    private readonly hosts: SilentHosts,
  ) {}

  /**
   * The clone of an address, made or brought up to date if need be; once for all who ask at the
   * same time, though each client waits for a turn of its own only. Throws `GitError`, `DomainError` `repository_too_large` or `state_full`.
   */
  async use(admitted: AdmittedAddress, client: string, signal: AbortSignal): Promise<CloneLease> {
    await this.open();
    const key = createHash('sha256').update(admitted.address.url).digest('hex');
    const entry = this.entries.get(key) ?? this.newEntry(key);
    entry.users += 1;
    try {
      await this.turns.join(`${client} ${key}`, signal, (mine) =>
        this.refresh(entry, admitted, client, mine),
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
    return { clone: entry.clone, release };
  }

  private async refresh(
    entry: Entry,
    admitted: AdmittedAddress,
    client: string,
    signal: AbortSignal,
  ): Promise<void> {
    if (isFresh(entry)) return;
    await this.capacity.transfer('copy', client, signal, () =>
      this.work.join(entry.key, signal, (shared) => this.copy(entry, admitted, shared)),
    );
  }

  private async copy(entry: Entry, admitted: AdmittedAddress, signal: AbortSignal): Promise<void> {
    if (isFresh(entry)) return;
    if (!entry.sound) await this.discard(entry);
    await this.hosts.speak(admitted, signal, async (within) => {
      const made = await isOnDisk(entry);
      if (!made || !(await this.fetched(entry, admitted, within))) {
        await this.makeClone(entry, admitted, within);
      }
    });
    entry.fetchedAt = Date.now();
    await this.makeRoom();
  }

  /** False where the clone turned out to be broken, and is gone. */
  private async fetched(
    entry: Entry,
    admitted: AdmittedAddress,
    signal: AbortSignal,
  ): Promise<boolean> {
    try {
      await this.withinBounds(entry, entry.clone.directory, signal, (bounded) =>
        entry.clone.fetch(admitted, bounded),
      );
      return true;
    } catch (error) {
      if (!(error instanceof GitError)) throw error;
      if (!lacksHistory(error) && (await entry.clone.isSound(signal))) throw error;
      await this.discard(entry);
      return false;
    }
  }

  private async makeClone(
    entry: Entry,
    admitted: AdmittedAddress,
    signal: AbortSignal,
  ): Promise<void> {
    const unfinished = new Clone(join(this.directory, unfinishedName()));
    try {
      await this.withinBounds(entry, unfinished.directory, signal, (bounded) =>
        unfinished.make(admitted, bounded),
      );
      await this.publish(unfinished, entry);
    } finally {
      await rm(unfinished.directory, { recursive: true, force: true });
    }
  }

  private async publish(unfinished: Clone, entry: Entry): Promise<void> {
    try {
      await rename(unfinished.directory, entry.clone.directory);
    } catch (error) {
      // Another server that shares the folder may have been quicker.
      if (!(await isOnDisk(entry))) throw error;
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
    entry.bytes = 0;
    entry.fetchedAt = 0;
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
      fetchedAt: 0,
      sound: true,
    };
    this.entries.set(key, entry);
    return entry;
  }
}

const isFresh = ({ sound, fetchedAt }: Entry): boolean =>
  sound && Date.now() - fetchedAt < FRESH_FOR;

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
