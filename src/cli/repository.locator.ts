import { readFile, realpath, stat } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { ProblemError } from './problem.error.js';

/** What to read, as the server takes it. */
export interface Source {
  /** The body of POST /clone. */
  readonly request: { readonly url: string } | { readonly path: string };
  /** The folder that was asked about, in the repository; absent for an address. */
  readonly folder?: string;
  /** The server's GIT_ROOT; absent for an address. */
  readonly gitRoot?: string;
}

/**
 * Finds the repository that is meant: an address as it is, or the one a folder is in, as git does.
 * @throws ProblemError when there is none.
 */
export async function locateRepository(wish: string, workingDirectory: string): Promise<Source> {
  if (/^https?:\/\//i.test(wish)) return { request: { url: wish } };
  const folder = await realpath(resolve(workingDirectory, wish)).catch(() => undefined);
  if (folder === undefined) throw notFound(`There is no folder ${wish}.`);
  const top = await topOf(folder);
  if (top === undefined) throw notFound(`No git repository is at ${folder}, nor above it.`);
  const gitRoot = commonFolder(top, await dataFolderOf(top));
  return { folder, gitRoot, request: { path: relative(gitRoot, top).split(sep).join('/') || '.' } };
}

const notFound = (detail: string): ProblemError =>
  new ProblemError({
    title: 'The repository was not found',
    detail,
    hint: 'Name a folder of a git repository, or an https address: --repo ../atlas',
  });

/** The folder that holds `.git`; of a bare repository the repository itself. */
async function topOf(folder: string): Promise<string | undefined> {
  for (let current = folder; ; current = dirname(current)) {
    if (await exists(join(current, '.git'))) return current;
    if ((await exists(join(current, 'HEAD'))) && (await exists(join(current, 'objects')))) {
      return current;
    }
    if (current === dirname(current)) return undefined;
  }
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

/** A linked work tree or submodule keeps its data elsewhere: its `.git` is a file that says where. */
async function dataFolderOf(top: string): Promise<string> {
  const pointer = await readFile(join(top, '.git'), 'utf8').catch(() => '');
  const [, target] = /^gitdir: (.+)$/m.exec(pointer) ?? [];
  return target === undefined ? top : await realpath(resolve(top, target)).catch(() => top);
}

/** The deepest folder that both are in. */
function commonFolder(one: string, other: string): string {
  let folder = one;
  while (folder !== dirname(folder) && other !== folder && !other.startsWith(folder + sep)) {
    folder = dirname(folder);
  }
  return folder;
}
