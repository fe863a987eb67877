import { readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';

/** Where a linked work tree's repository keeps what all its work trees share: https://git-scm.com/docs/gitrepository-layout */
export async function commonDirectoryOf(gitDirectory: string): Promise<string> {
  const pointer = await readFile(join(gitDirectory, 'commondir'), 'utf8').catch(() => undefined);
  return pointer === undefined ? gitDirectory : resolve(gitDirectory, pointer.trim());
}

/** Changes when other commits count as parents of a commit: a shallow clone was deepened, grafts were made. */
export async function parentageOf(gitDirectory: string): Promise<string> {
  const common = await commonDirectoryOf(gitDirectory);
  const files = ['shallow', 'info/grafts', 'objects'].map((name) => join(common, name));
  const [shallow, grafts, objects] = await statesOf(files);
  return JSON.stringify([shallow, grafts, objects?.[0]]);
}

/** Changes when other branches and tags are packed, or HEAD is another one. */
export async function packedRefsOf(gitDirectory: string): Promise<string> {
  const files = ['packed-refs', 'HEAD'].map((name) => join(gitDirectory, name));
  return JSON.stringify(await statesOf(files));
}

async function statesOf(files: readonly string[]): Promise<(readonly number[] | undefined)[]> {
  const states = await Promise.all(files.map((file) => stat(file).catch(() => undefined)));
  return states.map((state) => state && [state.ino, state.mtimeMs, state.size]);
}

/** When a pack came or went last, in milliseconds since 1970. */
export const packedAt = (gitDirectory: string): Promise<number | undefined> =>
  stat(join(gitDirectory, 'objects', 'pack')).then(
    ({ mtimeMs }) => mtimeMs,
    () => undefined,
  );
