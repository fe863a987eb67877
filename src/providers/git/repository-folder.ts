import { realpath, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { RepositoryFolder } from './git.process.js';
import { mustBeInside, readPointer } from './git-root.js';

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

const realOrNone = (path: string): Promise<string | undefined> =>
  realpath(path).catch(() => undefined);
