import { existsSync } from 'node:fs';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AdmittedAddress } from './git.gate.js';
import { GitError, type RepositoryFolder } from './git.process.js';
import { OlderHost } from './older.host.js';
import { runGit } from './run-git.js';

/** Milliseconds for one clone or fetch. */
const TRANSFER_TIMEOUT = 120_000;
const QUESTION_TIMEOUT = 15_000;
const MAX_PACKS = 60;
const BRANCHES_AND_TAGS = ['+refs/heads/*:refs/heads/*', '+refs/tags/*:refs/tags/*'];

/** Its presence in a copy says that the copy holds no more than windows of time. */
const WINDOW_MARK = 'window';

/**
 * A copy of a repository's history without its files: all branches and tags, no blob but .mailmap. It
 * holds all of the history, or, where the host serves that, no more than the windows that were asked for.
 * Objects are not checked (fsckObjects): real histories fail that, and nothing is ever checked out.
 */
export class Clone {
  constructor(readonly directory: string) {}

  get folder(): RepositoryFolder {
    return {
      gitDirectory: this.directory,
      shallow: existsSync(join(this.directory, 'shallow')),
      window: this.isWindow,
    };
  }

  get isWindow(): boolean {
    return existsSync(join(this.directory, WINDOW_MARK));
  }

  async markAsWindow(): Promise<void> {
    await writeFile(join(this.directory, WINDOW_MARK), '');
  }

  async make(admitted: AdmittedAddress, signal: AbortSignal): Promise<void> {
    try {
      await this.copy(admitted, ['--filter=blob:none'], signal);
    } catch (error) {
      if (!lacksHistory(error)) throw error;
      await rm(this.directory, { recursive: true, force: true });
      await this.copy(admitted, [], signal);
    }
    await this.fetchMailmap(admitted.settings, signal);
  }

  private async copy(
    { address, settings }: AdmittedAddress,
    options: readonly string[],
    signal: AbortSignal,
  ): Promise<void> {
    await mkdir(this.directory, { recursive: true, mode: 0o700 });
    await runGit({
      arguments: [
        'clone',
        '--quiet',
        '--bare',
        ...options,
        '--template=',
        '--end-of-options',
        address.url,
        this.directory,
      ],
      settings,
      network: true,
      signal,
      timeout: TRANSFER_TIMEOUT,
    });
  }

  /** Brings branches and tags to what the address has now. */
  async fetch(admitted: AdmittedAddress, signal: AbortSignal): Promise<void> {
    const { settings } = admitted;
    await runGit({
      arguments: [
        'fetch',
        '--quiet',
        '--prune',
        '--no-tags',
        '--no-recurse-submodules',
        '--no-write-fetch-head',
        '--update-shallow',
        '--no-auto-maintenance',
        '--end-of-options',
        'origin',
        ...BRANCHES_AND_TAGS,
      ],
      folder: this.folder,
      settings,
      network: true,
      signal,
      timeout: TRANSFER_TIMEOUT,
    });
    await this.followHead(admitted, signal);
    await this.fetchMailmap(settings, signal);
  }

  /** A host may call its main branch something else one day. */
  private async followHead(admitted: AdmittedAddress, signal: AbortSignal): Promise<void> {
    const branch = await new OlderHost(admitted, signal).headBranch();
    if (branch === undefined) return;
    await runGit({
      arguments: ['symbolic-ref', 'HEAD', `refs/heads/${branch}`],
      folder: this.folder,
      signal,
      timeout: QUESTION_TIMEOUT,
    });
  }

  /** Whether it lies in so few packs that they are still quickly looked through. A window is soon made anew. */
  async isOrderly(): Promise<boolean> {
    const files = await readdir(join(this.directory, 'objects', 'pack'));
    return files.filter((name) => name.endsWith('.pack')).length <= MAX_PACKS;
  }

  /** Whether git can read it: a crash or a full disk may have left a part. */
  async isSound(signal: AbortSignal): Promise<boolean> {
    return this.succeeds({
      arguments: ['log', '--no-walk', '--no-patch', '--format=%H', '--max-count=1', '--all'],
      folder: this.folder,
      signal,
      timeout: QUESTION_TIMEOUT,
    });
  }

  /** The one blob that reading history needs. Asking for it makes git fetch it; most repositories have none. */
  private async fetchMailmap(settings: readonly string[], signal: AbortSignal): Promise<void> {
    await this.succeeds({
      arguments: ['cat-file', '-e', 'HEAD:.mailmap'],
      folder: this.folder,
      settings,
      network: true,
      lazyFetch: true,
      signal,
      timeout: QUESTION_TIMEOUT,
    });
  }

  private async succeeds(command: Parameters<typeof runGit>[0]): Promise<boolean> {
    try {
      await runGit(command);
      return true;
    } catch (error) {
      if (error instanceof GitError && error.reason === 'failed') return false;
      throw error;
    }
  }
}

/**
 * Whether a partial clone ended as it does where the host's own history is cut off: git takes the
 * missing parents for left out on purpose and asks for them: in vain where it may not, and where it does
 * not know GIT_NO_LAZY_FETCH, again and again. https://github.com/git/git/pull/2224, https://github.com/copier-org/copier/issues/910
 */
export const lacksHistory = (error: unknown): boolean =>
  error instanceof GitError &&
  (error.reason === 'processes' || error.diagnostics.includes('lazy fetching disabled'));
