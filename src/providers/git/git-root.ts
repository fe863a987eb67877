import { constants } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { relative, sep } from 'node:path';
import { DomainError } from '../../errors/domain.error.js';

const MAX_POINTER_BYTES = 1024 * 1024;

/** Whether a path is a folder or under it. Both real, without symbolic links. */
export function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== '..' && !way.startsWith(`..${sep}`);
}

/** @throws DomainError `clone_refused` for a path (a real one) that is not under GIT_ROOT. */
export function mustBeInside(root: string, path: string): void {
  if (isInside(root, path)) return;
  throw refused(
    'keeps its data outside of GIT_ROOT (a worktree, a submodule, an alternate, an included configuration or a symbolic link)',
  );
}

export const refused = (what: string): DomainError =>
  new DomainError('clone_refused', `The repository ${what}.`);

/**
 * What a file that names another place says, without the line breaks at its end; undefined if there is
 * no such file. Anything but a plain file is none: a pipe would hold up whoever opens it.
 * @throws DomainError `clone_refused` for more than a mebibyte, or what git may read as another path.
 */
export async function readPointer(path: string): Promise<string | undefined> {
  const bytes = await readPlainFile(path);
  if (!bytes) return undefined;
  // To git a path is bytes, and ends at the first NUL.
  const text = bytes.toString('utf8');
  if (bytes.includes(0) || !Buffer.from(text).equals(bytes)) {
    throw refused('names a place in letters that cannot be read');
  }
  let end = text.length;
  while (end > 0 && (text[end - 1] === '\n' || text[end - 1] === '\r')) end -= 1;
  return text.slice(0, end);
}

async function readPlainFile(path: string): Promise<Buffer | undefined> {
  const kind = await stat(path).catch(() => undefined);
  if (!kind?.isFile()) return undefined;
  const flags = constants.O_RDONLY | constants.O_NONBLOCK;
  const file = await open(path, flags).catch(() => undefined);
  if (!file) return undefined;
  try {
    const { size } = await file.stat();
    if (size > MAX_POINTER_BYTES) throw refused('names too many other places');
    return await file.readFile();
  } finally {
    await file.close();
  }
}
