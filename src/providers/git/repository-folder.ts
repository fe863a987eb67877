import { realpath, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { GitError, type RepositoryFolder } from './git.process.js';
import { mustBeInside, readPointer } from './git-root.js';
import { runGit } from './run-git.js';

/** In the configuration of every repository with files. */
const SAYS_IT_IS_NOT = /^\s*bare = false$/;
const CONFIG_TIMEOUT = 5_000;

/** A repository as it was found: where its own data is, and what it shares with other work trees. */
export interface FoundRepository extends RepositoryFolder {
  readonly commonDirectory: string;
}

/**
 * The repository whose top folder this is, with or without a work tree; undefined if it is none.
 * A repository may keep its data elsewhere (worktrees, submodules): throws `clone_refused` if that is
 * outside of `root`. Never looks for one above, as git would.
 */
export async function findRepositoryFolder(
  folder: string,
  root: string,
): Promise<FoundRepository | undefined> {
  const dotGit = join(folder, '.git');
  const kind = await stat(dotGit).catch(() => undefined);
  if (!kind) return await repositoryAt(folder, root);
  const pointer = kind.isFile() ? await readPointer(dotGit) : undefined;
  const target = pointer?.startsWith('gitdir: ')
    ? resolve(folder, pointer.slice('gitdir: '.length))
    : dotGit;
  const repository = await repositoryAt(target, root);
  return repository && { ...repository, workTree: folder };
}

async function repositoryAt(path: string, root: string): Promise<FoundRepository | undefined> {
  const gitDirectory = await realOrNone(path);
  if (gitDirectory === undefined) return undefined;
  mustBeInside(root, gitDirectory);
  const pointer = await readPointer(join(gitDirectory, 'commondir'));
  const shared = pointer === undefined ? gitDirectory : resolve(gitDirectory, pointer);
  const commonDirectory = await realOrNone(shared);
  if (commonDirectory === undefined) return undefined;
  const parts = [
    join(gitDirectory, 'HEAD'),
    join(commonDirectory, 'objects'),
    join(commonDirectory, 'refs'),
  ];
  for (const real of await Promise.all(parts.map(realOrNone))) {
    if (real === undefined) return undefined;
    mustBeInside(root, real);
  }
  mustBeInside(root, commonDirectory);
  const shallow = await realOrNone(join(commonDirectory, 'shallow'));
  return { gitDirectory, commonDirectory, shallow: shallow !== undefined };
}

/**
 * As git takes it: what says that it is bare has no files, also where a `.git` beside its work trees
 * leads to it. Only for a repository that may be read.
 */
export async function withFilesIfAny(repository: FoundRepository): Promise<FoundRepository> {
  const { gitDirectory, commonDirectory, workTree, ...rest } = repository;
  // A linked work tree has files whatever the repository is.
  const isLinked = gitDirectory !== commonDirectory;
  if (workTree === undefined || isLinked || !(await isBare(gitDirectory))) return repository;
  return { gitDirectory, commonDirectory, ...rest };
}

async function isBare(gitDirectory: string): Promise<boolean> {
  const ofWorkTree = await bareIn(join(gitDirectory, 'config.worktree'));
  return ofWorkTree ?? (await bareIn(join(gitDirectory, 'config'))) ?? false;
}

async function bareIn(file: string): Promise<boolean | undefined> {
  const lines = (await readPointer(file))?.split('\n') ?? [];
  const mentions = lines.filter((line) => /bare/i.test(line) && !SAYS_IT_IS_NOT.test(line));
  if (mentions.length === 0) return undefined;
  try {
    const answer = await runGit({
      arguments: ['config', '--file', file, '--no-includes', '--bool', '--get', 'core.bare'],
      signal: new AbortController().signal,
      timeout: CONFIG_TIMEOUT,
    });
    return answer.trim() === 'true';
  } catch (error) {
    // It is another "bare"; or nothing that git could read, and then it reads no repository either.
    if (error instanceof GitError && error.reason === 'failed') return undefined;
    throw error;
  }
}

const realOrNone = (path: string): Promise<string | undefined> =>
  realpath(path).catch(() => undefined);
