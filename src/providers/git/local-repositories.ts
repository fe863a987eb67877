import { readdir, realpath } from 'node:fs/promises';
import { basename, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { Injectable } from '@nestjs/common';
import { Environment } from '../../config/environment.js';
import { DomainError } from '../../errors/domain.error.js';
import type { RepositoryFolder } from './git.process.js';
import { isInside } from './git-root.js';
import { findRepositoryFolder, withFilesIfAny } from './repository-folder.js';
import { RepositoryWall } from './repository.wall.js';

/** A repository under GIT_ROOT. */
export interface LocalRepository {
  /** Relative to GIT_ROOT, with slashes; `.` is GIT_ROOT itself. */
  readonly path: string;
  readonly name: string;
}

const MAX_REPOSITORIES = 100;
const MAX_FOLDERS_LOOKED_AT = 2_000;
const MAX_DEPTH = 2;
const MAX_PATH_LENGTH = 1_024;

/** The repositories under GIT_ROOT, and the only way to them: nothing outside is ever opened. */
@Injectable()
export class LocalRepositories {
  constructor(private readonly environment: Environment) {}

  /** Those at GIT_ROOT itself and up to two folders beneath it, 100 at most; none without GIT_ROOT. */
  async list(): Promise<LocalRepository[]> {
    if (this.environment.GIT_ROOT === undefined) return [];
    const root = await realpath(this.environment.GIT_ROOT);
    const found: LocalRepository[] = [];
    const waiting = [{ folder: root, depth: 0 }];
    for (const { folder, depth } of waiting) {
      const repository = await findRepositoryFolder(folder, root).catch(() => undefined);
      if (repository) found.push(localRepository(root, folder));
      if (found.length === MAX_REPOSITORIES) break;
      if (depth === MAX_DEPTH || (repository && folder !== root)) continue;
      for (const name of await foldersIn(folder)) {
        if (waiting.length < MAX_FOLDERS_LOOKED_AT) {
          waiting.push({ folder: join(folder, name), depth: depth + 1 });
        }
      }
    }
    return found;
  }

  /**
   * The repository at a path relative to GIT_ROOT. Throws `clone_disabled` without GIT_ROOT,
   * `clone_refused` for a path that leads out of it, `repository_not_found`.
   */
  async open(path: string): Promise<LocalRepository & { readonly folder: RepositoryFolder }> {
    if (this.environment.GIT_ROOT === undefined) {
      throw new DomainError(
        'clone_disabled',
        'This server has no local repositories: GIT_ROOT is not set.',
      );
    }
    refuseTrickery(path);
    const root = await realpath(this.environment.GIT_ROOT).catch((cause: unknown) => {
      throw notFound(path, cause);
    });
    const target = await realpath(resolve(root, path)).catch((cause: unknown) => {
      throw notFound(path, cause);
    });
    if (!isInside(root, target)) {
      throw new DomainError('clone_refused', 'The path leads out of GIT_ROOT.');
    }
    // The inside of a repository would be the same one again, under another name.
    const inside = basename(target) === '.git';
    const folder = inside ? undefined : await findRepositoryFolder(target, root);
    if (!folder) throw notFound(path);
    await new RepositoryWall(root).check(folder);
    return { ...localRepository(root, target), folder: await withFilesIfAny(folder) };
  }
}

function refuseTrickery(path: string): void {
  const refused =
    path === '' ||
    path.length > MAX_PATH_LENGTH ||
    /\p{Cc}/u.test(path) ||
    isAbsolute(path) ||
    path.split(/[/\\]/).includes('..');
  if (refused) {
    throw new DomainError('clone_refused', 'Give a path relative to GIT_ROOT, without "..".', {
      errors: [{ field: 'path', message: 'must be a path relative to GIT_ROOT, without ".."' }],
    });
  }
}

const notFound = (path: string, cause?: unknown): DomainError =>
  new DomainError(
    'repository_not_found',
    `There is no git repository at "${path}" under GIT_ROOT. Name its top folder, the one that holds .git.`,
    { cause },
  );

const localRepository = (root: string, folder: string): LocalRepository => ({
  path: relative(root, folder).split(sep).join('/') || '.',
  name: basename(folder),
});

async function foldersIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .filter((name) => !name.startsWith('.') && name !== 'node_modules')
    .sort();
}
