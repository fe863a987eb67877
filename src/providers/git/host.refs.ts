import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { HostRef, HostRefs } from './wire/upload-pack.js';

/** https://git-scm.com/docs/git-check-ref-format: what git itself would not take for a name. */
const NO_NAME = /[\s\p{Cc}~^:?*[\\\ufffd]|\.\.|@\{|\/\/|\/\.|\.lock(?:\/|$)|[/.]$/u;
const OURS = /^refs\/(?:heads|tags)\/[^./]/;

/**
 * Makes a host's branches, tags and HEAD those of a repository on disk, all at once:
 * https://git-scm.com/docs/gitrepository-layout
 */
export async function writeRefs(
  directory: string,
  { refs, head, headBranch }: HostRefs,
): Promise<void> {
  const lines = refs
    .filter(({ name }) => isName(name))
    .map(({ name, object }) => ({ key: Buffer.from(name), line: `${object} ${name}\n` }))
    .sort((one, other) => one.key.compare(other.key))
    .map(({ line }) => line);
  await replace(join(directory, 'packed-refs'), `# pack-refs with: sorted \n${lines.join('')}`);
  const branch = headBranch !== undefined && isName(headBranch) ? headBranch : undefined;
  const detached = headBranch === undefined ? head : undefined;
  const target = detached ?? `ref: ${branch ?? 'refs/heads/none'}`;
  await replace(join(directory, 'HEAD'), `${target}\n`);
}

const isName = (name: HostRef['name']): boolean => OURS.test(name) && !NO_NAME.test(name);

async function replace(file: string, text: string): Promise<void> {
  const unfinished = `${file}.${process.pid}.new`;
  await writeFile(unfinished, text, { mode: 0o600 });
  await rename(unfinished, file);
}
