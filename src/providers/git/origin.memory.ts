import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { GitDescription } from './git.description.js';
import type { RepositoryFolder } from './git.process.js';
import { commonDirectoryOf } from './history/common-directory.js';

interface Remembered {
  /** When the repository's configuration was changed last, in milliseconds since 1970. */
  readonly changed: number;
  readonly origin?: string;
}

const MAX_REMEMBERED = 1_000;

/**
 * Remembers the origins of repositories for as long as their configuration stays as it is: asking
 * git takes half as long again as reading a week of a long history.
 */
export class OriginMemory {
  private readonly remembered = new Map<string, Remembered>();

  async originOf(folder: RepositoryFolder, signal: AbortSignal): Promise<string | undefined> {
    const { gitDirectory } = folder;
    const changed = await changedAt(gitDirectory);
    const known = this.remembered.get(gitDirectory);
    if (known && known.changed === changed) return known.origin;
    const origin = await new GitDescription(folder, signal).originUrl();
    if (this.remembered.size >= MAX_REMEMBERED) this.remembered.clear();
    if (changed !== undefined) this.remembered.set(gitDirectory, { changed, origin });
    return origin;
  }
}

async function changedAt(gitDirectory: string): Promise<number | undefined> {
  const common = await commonDirectoryOf(gitDirectory);
  const state = await stat(join(common, 'config')).catch(() => undefined);
  return state?.mtimeMs;
}
