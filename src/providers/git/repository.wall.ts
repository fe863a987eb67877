import { lstat, opendir, realpath, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { GitError } from './git.process.js';
import { mustBeInside, readPointer, refused } from './git-root.js';
import type { FoundRepository } from './repository-folder.js';
import { runGit } from './run-git.js';

/** https://git-scm.com/docs/gitrepository-layout: what git opens to read history. */
const OWN_PARTS = ['HEAD', 'config.worktree', 'commondir', 'index', 'refs', 'info'];
const COMMON_PARTS = [
  'HEAD',
  'config',
  'packed-refs',
  'shallow',
  'objects',
  'refs',
  'reftable',
  'info',
  'worktrees',
];
const WORK_TREE_PARTS = ['.mailmap', '.gitattributes'];
const MAX_ENTRIES = 500_000;
/** Folders of one part that are open at a time: as many as there are threads to read them. */
const OPEN_FOLDERS = 4;
/** git follows alternates five levels deep. */
const MAX_ALTERNATES_DEPTH = 6;
/** git is asked about each; ten levels of files that name each other twice would be a thousand. */
const MAX_CONFIGURATIONS = 50;
const NAMES_FILES = '^(include|includeif\\..*)\\.path$|^core\\.worktree$';
const CONFIG_TIMEOUT = 5_000;

/**
 * Keeps git from leaving GIT_ROOT: before it runs, looks where everything leads that it would open in a
 * repository, and whether it is a file or a folder at all.
 */
export class RepositoryWall {
  private readonly visited = new Set<string>();
  private readonly borrowedFrom = new Set<string>();
  private readonly configurations = new Set<string>();
  private entries = 0;

  /** @param root Real, without symbolic links. */
  constructor(private readonly root: string) {}

  /** @throws DomainError `clone_refused` */
  async check(repository: FoundRepository): Promise<void> {
    const { gitDirectory, commonDirectory, workTree } = repository;
    const parts = [
      ...OWN_PARTS.map((name) => join(gitDirectory, name)),
      ...COMMON_PARTS.map((name) => join(commonDirectory, name)),
      ...(workTree === undefined ? [] : WORK_TREE_PARTS.map((name) => join(workTree, name))),
    ];
    await Promise.all(parts.map((part) => this.visit(part)));
    await this.checkAlternates(join(commonDirectory, 'objects'), 1);
    // The environment names the work tree; without it the configuration may.
    const base = workTree === undefined ? gitDirectory : undefined;
    await this.checkConfiguration(join(commonDirectory, 'config'), base);
    await this.checkConfiguration(join(gitDirectory, 'config.worktree'), base);
  }

  /** Looks at a file, or at a folder and all that is in it; links are followed as long as they stay inside. */
  private async visit(path: string): Promise<void> {
    const kind = await lstat(path).catch(() => undefined);
    if (kind?.isSymbolicLink()) await this.visitTarget(path);
    else if (kind?.isDirectory()) await this.visitFolder(path);
    else if (kind && !kind.isFile() && !kind.isSocket()) throw notAFile();
  }

  private async visitTarget(link: string): Promise<void> {
    const target = await realpath(link).catch(() => undefined);
    if (target === undefined) return;
    mustBeInside(this.root, target);
    await this.visit(target);
  }

  /** A folder and all beneath it, a few at a time: each one that is open takes a descriptor. */
  private async visitFolder(top: string): Promise<void> {
    const waiting = [top];
    while (waiting.length > 0) {
      const folders = waiting.splice(-OPEN_FOLDERS);
      const found = await Promise.all(folders.map((folder) => this.lookInto(folder)));
      for (const { links, deeper } of found) {
        for (const link of links) await this.visitTarget(link);
        for (const folder of deeper) waiting.push(folder);
      }
    }
  }

  /** What in a folder is to be followed; nothing of one that was visited. */
  private async lookInto(folder: string): Promise<{ links: string[]; deeper: string[] }> {
    const [links, deeper]: [string[], string[]] = [[], []];
    if (this.visited.has(folder)) return { links, deeper };
    this.visited.add(folder);
    for await (const entry of await opendir(folder, { bufferSize: 1_024 })) {
      this.entries += 1;
      if (this.entries > MAX_ENTRIES) throw refused('holds too many files to be looked at');
      // A socket cannot be opened, so it holds nobody up; git's own fsmonitor makes some.
      if (entry.isFile() || entry.isSocket()) continue;
      const path = join(folder, entry.name);
      if (entry.isSymbolicLink()) links.push(path);
      else if (entry.isDirectory()) deeper.push(path);
      else throw notAFile();
    }
    return { links, deeper };
  }

  /** Object stores borrowed from, and those that these borrow from. One that is gone git does without. */
  private async checkAlternates(objects: string, depth: number): Promise<void> {
    const real = await realpath(objects);
    const borrowed = await readPointer(join(real, 'info', 'alternates'));
    for (const line of borrowed?.split('\n') ?? []) {
      if (line === '' || line.startsWith('#')) continue;
      if (line.startsWith('"')) throw refused('names an alternate in a form that is not read here');
      const store = await realpath(resolve(real, line)).catch(() => undefined);
      if (store === undefined) continue;
      mustBeInside(this.root, store);
      if (this.borrowedFrom.has(store)) continue;
      this.borrowedFrom.add(store);
      await this.visit(store);
      if (depth < MAX_ALTERNATES_DEPTH) await this.checkAlternates(store, depth + 1);
    }
  }

  /** @param workTreeBase What a relative core.worktree is relative to, if git goes by it. */
  private async checkConfiguration(file: string, workTreeBase: string | undefined): Promise<void> {
    if (this.configurations.has(file)) return;
    this.configurations.add(file);
    if (this.configurations.size > MAX_CONFIGURATIONS) {
      throw refused('includes too many files of configuration');
    }
    const text = await readPointer(file);
    if (text === undefined || !/include|worktree/i.test(text)) return;
    for (const [key, value] of await filesNamedIn(file)) {
      const isWorkTree = key === 'core.worktree';
      if (isWorkTree && workTreeBase === undefined) continue;
      const base = isWorkTree && workTreeBase !== undefined ? workTreeBase : dirname(file);
      const target = await this.targetOf(base, value);
      if (target === undefined || isWorkTree) continue;
      if (!(await stat(target)).isFile()) throw notAFile();
      await this.checkConfiguration(target, workTreeBase);
    }
  }

  private async targetOf(base: string, path: string): Promise<string | undefined> {
    // git has no home here.
    if (path === '~' || path.startsWith('~/')) return undefined;
    // Somebody's home, where git itself is installed, or letters that only git can read.
    if (/^[~%]/.test(path) || path.includes('\ufffd')) mustBeInside(this.root, '/');
    const target = await realpath(resolve(base, path)).catch(() => undefined);
    if (target !== undefined) mustBeInside(this.root, target);
    return target;
  }
}

const notAFile = (): Error =>
  refused('holds something that is neither a file nor a folder (a pipe or a device)');

/** https://git-scm.com/docs/git-config#_includes; git itself says what a file includes, without doing it. */
async function filesNamedIn(file: string): Promise<[string, string][]> {
  try {
    const answer = await runGit({
      arguments: ['config', '--file', file, '--no-includes', '-z', '--get-regexp', NAMES_FILES],
      signal: new AbortController().signal,
      timeout: CONFIG_TIMEOUT,
    });
    return answer
      .split('\0')
      .filter((line) => line !== '')
      .map((line) => {
        const [key = '', ...value] = line.split('\n');
        return [key, value.join('\n')];
      });
  } catch (error) {
    // None; or nothing that git could read, and then it reads no repository either.
    if (error instanceof GitError && error.reason === 'failed') return [];
    throw error;
  }
}
