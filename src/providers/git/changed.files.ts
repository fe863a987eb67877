import { GitError, GitProcess, type RepositoryFolder } from './git.process.js';
import { GitObjects } from './history/git.objects.js';
import { ObjectHeader } from './history/object-header.js';
import type { History, Seconds } from './history/history.js';
import { indexPack } from './index-pack.js';
import { MAX_COUNTED } from './line-counter.js';
import { linesOf } from './lines-of.js';
import type { PackWish, UploadPack } from './wire/upload-pack.js';

/** Bytes that one question may cost for the sizes of its commits. */
const MAX_BYTES = 2 * 1024 * 1024;
const MAX_LINES = 20_000;
/** Milliseconds and bytes: a few objects that name one another are enough for millions of files. */
const COMPARE_TIMEOUT = 15_000;
const MAX_MEMORY = 192 * 1024 * 1024;
const NOTHING = /^0+$/;
/** `:100644 100755 <before> <after> M<tab>path`; submodules have another mode. */
const CHANGE = /^:(\d+) (\d+) ([\da-f]+) ([\da-f]+) /;
const FILE_MODES = /^1[02]0/;

/** The commits whose lines are asked about. */
export class SizedCommits {
  /** Those whose files are there. */
  readonly here = new Set<string>();
  /** Those, and the ones whose files were too many. */
  readonly asked = new Set<string>();

  clear(): void {
    this.here.clear();
    this.asked.clear();
  }
}

/**
 * Brings to a window what its commits changed, for their sizes: first their folders and those of their
 * parents, then the files that differ. All of it, or, where that is too much, nothing.
 */
export class ChangedFiles {
  private bytes = 0;

  constructor(
    private readonly folder: RepositoryFolder,
    private readonly host: UploadPack,
    private readonly signal: AbortSignal,
  ) {}

  /** Throws the signal's reason. */
  async bring(history: History, window: Seconds, sizes: SizedCommits): Promise<void> {
    const placed = await history.commits(window);
    const commits: { readonly sha: string; readonly parents: readonly string[] }[] = [];
    for (const sha of placed.hashes(0, placed.length)) {
      const parents = sizes.asked.has(sha) ? undefined : history.parentsOf(sha);
      if (parents && parents.length < 2) commits.push({ sha, parents });
      if (commits.length === MAX_COUNTED) break;
    }
    if (commits.length === 0) return;
    for (const { sha } of commits) sizes.asked.add(sha);
    try {
      const compared = commits.flatMap(({ sha, parents }) => [sha, ...parents]);
      await this.fetch({ objects: await this.foldersOf(compared), filter: 'blob:none' });
      const files = await this.filesChangedBy(commits.map(({ sha }) => sha));
      if (files.length > 0) await this.fetch({ objects: files, filter: 'tree:0' });
      for (const { sha } of commits) sizes.here.add(sha);
    } catch (error) {
      // These have no sizes then, and whoever reads them says so.
      if (!(error instanceof GitError)) throw error;
    }
  }

  private async foldersOf(commits: readonly string[]): Promise<string[]> {
    const objects = new GitObjects(this.folder, this.signal);
    const folders = new Set<string>();
    try {
      for await (const commit of objects.readAll([...new Set(commits)])) {
        const folder = commit && new ObjectHeader(commit).field('tree');
        if (folder !== undefined) folders.add(folder);
      }
      return [...folders];
    } finally {
      await objects.close();
    }
  }

  private async fetch(wish: PackWish): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of this.host.pack(wish, this.signal)) {
      this.bytes += chunk.length;
      if (this.bytes > MAX_BYTES) throw new GitError('memory', 'too many files were changed');
      chunks.push(Buffer.from(chunk));
    }
    await indexPack(this.folder, arrived(chunks), this.signal);
  }

  private async filesChangedBy(commits: readonly string[]): Promise<string[]> {
    const git = await GitProcess.start({
      arguments: ['diff-tree', '--stdin', '--root', '-r', '--raw', '--no-abbrev', '--no-renames'],
      folder: this.folder,
      signal: this.signal,
      timeout: COMPARE_TIMEOUT,
      memory: MAX_MEMORY,
    });
    git.input.end(`${commits.join('\n')}\n`);
    const files = new Set<string>();
    let lines = 0;
    for await (const line of linesOf(git)) {
      lines += 1;
      if (lines > MAX_LINES) throw new GitError('memory', 'too many files were changed');
      const [, modeBefore = '', modeAfter = '', before = '', after = ''] = CHANGE.exec(line) ?? [];
      if (FILE_MODES.test(modeBefore) && !NOTHING.test(before)) files.add(before);
      if (FILE_MODES.test(modeAfter) && !NOTHING.test(after)) files.add(after);
    }
    return [...files];
  }
}

async function* arrived(chunks: readonly Buffer[]): AsyncGenerator<Buffer, void> {
  yield* chunks;
}
