import { open, realpath, stat } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';
import { DomainError } from '../../errors/domain.error.js';
import type { RepositoryFolder } from './git.process.js';

const MAX_POINTER_BYTES = 4_096;

/** Whether a path is a folder or under it. Both real, without symbolic links. */
export function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== '..' && !way.startsWith(`..${sep}`);
}

/**
 * The repository whose top folder this is, with or without a work tree; undefined if it is none.
 * A repository may keep its data elsewhere (worktrees, submodules, alternates): throws
 * `clone_refused` if that is outside of `root`. Never looks for one above, as git would.
 */
export async function findRepositoryFolder(
  folder: string,
  root: string,
): Promise<RepositoryFolder | undefined> {
  const dotGit = join(folder, '.git');
  const kind = await stat(dotGit).catch(() => undefined);
  if (!kind) return await repositoryAt(folder, root);
  const pointer = kind.isFile() ? await pointerIn(dotGit) : undefined;
  const target = pointer?.startsWith('gitdir: ')
    ? resolve(folder, pointer.slice('gitdir: '.length))
    : dotGit;
  const repository = await repositoryAt(target, root);
  return repository && { ...repository, workTree: folder };
}

async function repositoryAt(path: string, root: string): Promise<RepositoryFolder | undefined> {
  const gitDirectory = await realOrNone(path);
  if (gitDirectory === undefined) return undefined;
  mustBeInside(root, gitDirectory);
  const commonPointer = await pointerIn(join(gitDirectory, 'commondir'));
  const common = commonPointer === undefined ? gitDirectory : resolve(gitDirectory, commonPointer);
  const parts = [
    join(gitDirectory, 'HEAD'),
    join(common, 'objects'),
    join(common, 'refs'),
    ...(await alternatesOf(common)),
  ];
  for (const real of await Promise.all(parts.map(realOrNone))) {
    if (real === undefined) return undefined;
    mustBeInside(root, real);
  }
  const shallow = await realOrNone(join(common, 'shallow'));
  return { gitDirectory, shallow: shallow !== undefined };
}

/** https://git-scm.com/docs/gitrepository-layout: object stores borrowed from, absolute or relative to `objects`. */
async function alternatesOf(common: string): Promise<string[]> {
  const alternates = await pointerIn(join(common, 'objects', 'info', 'alternates'));
  if (alternates === undefined) return [];
  return alternates
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => resolve(common, 'objects', line));
}

const realOrNone = (path: string): Promise<string | undefined> =>
  realpath(path).catch(() => undefined);

function mustBeInside(root: string, path: string): void {
  if (isInside(root, path)) return;
  throw new DomainError(
    'clone_refused',
    'The repository keeps its data outside of GIT_ROOT (a worktree, a submodule, an alternate or a symbolic link).',
  );
}

/** What a small file that names another place says; undefined if there is no such file. */
async function pointerIn(path: string): Promise<string | undefined> {
  const file = await open(path).catch(() => undefined);
  if (!file) return undefined;
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(MAX_POINTER_BYTES), 0);
    return buffer.toString('utf8', 0, bytesRead).trimEnd();
  } finally {
    await file.close();
  }
}
