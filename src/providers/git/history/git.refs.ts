import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { GitError, GitProcess, type RepositoryFolder } from '../git.process.js';
import { linesOf } from '../lines-of.js';
import { runGit } from '../run-git.js';
import { commonDirectoryOf } from './common-directory.js';

/** A branch or tag, and the object it names, which may be missing. */
export interface GitRef {
  /** Without `refs/heads/`, `refs/remotes/<remote>/`, `refs/tags/`. */
  readonly name: string;
  readonly object: string;
  /** Of a remote branch. */
  readonly remote?: string;
}

export interface GitRefs {
  readonly branches: readonly GitRef[];
  readonly tags: readonly GitRef[];
  /** The commits that HEAD is on without a branch, here and in linked work trees. */
  readonly detached: readonly string[];
  /** The name of the branch that counts as the main one; absent where no branch does. */
  readonly mainBranch?: string;
  /** The same, unless HEAD names a branch that is not there: then nothing says which one is meant. */
  readonly defaultBranch?: string;
  /** Those that git could not make sense of, in words for people. */
  readonly gaps: readonly string[];
}

const TIMEOUT = 60_000;
const FORMAT = '%(HEAD)%(objectname) %(refname) %(symref)';
const USUAL_DEFAULTS = ['main', 'master', 'trunk'];
const BROKEN = /^warning: ignoring (?:broken ref|ref with broken name) (.+)$/gm;

/**
 * The branches, remote branches, tags and HEADs: what people work on. Tools keep references of their
 * own elsewhere (refs/stash, refs/jj, refs/pull), which nobody would call a branch.
 */
export async function readRefs(folder: RepositoryFolder, signal: AbortSignal): Promise<GitRefs> {
  const git = await GitProcess.start({
    arguments: ['for-each-ref', `--format=${FORMAT}`, 'refs/heads', 'refs/remotes', 'refs/tags'],
    folder,
    signal,
    timeout: TIMEOUT,
  });
  git.input.end();
  const branches: GitRef[] = [];
  const tags: GitRef[] = [];
  let head: string | undefined;
  let originHead: string | undefined;
  for await (const line of linesOf(git)) {
    const [object = '', path = '', symref = ''] = line.slice(1).split(' ');
    const [, kind, rest = ''] = /^refs\/(heads|remotes|tags)\/(.+)$/.exec(path) ?? [];
    if (kind === 'tags') tags.push({ name: rest, object });
    if (kind === 'heads') branches.push({ name: rest, object });
    if (kind === 'heads' && line.startsWith('*')) head = rest;
    if (kind !== 'remotes') continue;
    // A remote's HEAD is a name for one of its branches.
    const [, remote, name = ''] = /^([^/]+)\/(.+)$/.exec(rest) ?? [];
    if (symref === '') branches.push({ name, object, remote });
    else if (path === 'refs/remotes/origin/HEAD') {
      originHead = symref.replace('refs/remotes/origin/', '');
    }
  }
  const nowhere = head === undefined ? await headOf(folder, signal) : '';
  const detached = [nowhere, ...(await headsOfWorkTrees(folder, signal))].filter(isCommit);
  const named = USUAL_DEFAULTS.find((usual) => branches.some(({ name }) => name === usual));
  // A bare repository's HEAD is its host's word; elsewhere it is where somebody works just now.
  const own = folder.workTree === undefined ? head : undefined;
  const mainBranch = originHead ?? own ?? named ?? head;
  const isKnown = originHead !== undefined || head !== undefined || nowhere !== '';
  return {
    branches,
    tags,
    detached,
    mainBranch,
    ...(isKnown && { defaultBranch: mainBranch }),
    gaps: gapsIn(git.warnings),
  };
}

function gapsIn(warnings: string): string[] {
  const broken = [...warnings.matchAll(BROKEN)].map(([, path = '']) => path);
  if (broken.length === 0) return [];
  const more = broken.length > 1 ? ` and ${broken.length - 1} more` : '';
  return [`The reference ${broken[0] ?? ''}${more} could not be read: it is damaged.`];
}

/** Empty where HEAD names a branch that is not there. */
const headOf = (folder: RepositoryFolder, signal: AbortSignal): Promise<string> =>
  ask(['rev-parse', '--quiet', '--verify', 'HEAD'], folder, signal);

/** HEADs of linked work trees that are on no branch: what is committed there is in no other place. */
async function headsOfWorkTrees(folder: RepositoryFolder, signal: AbortSignal): Promise<string[]> {
  const common = await commonDirectoryOf(folder.gitDirectory);
  if (!(await stat(join(common, 'worktrees')).catch(() => undefined))) return [];
  const trees = await ask(['worktree', 'list', '--porcelain'], folder, signal);
  return [...trees.matchAll(/^HEAD ([0-9a-f]{40,64})\ndetached$/gm)].map(([, sha = '']) => sha);
}

const isCommit = (head: string): boolean => /[^0]/.test(head);

/** git answers "none" with an exit code. */
async function ask(
  question: readonly string[],
  folder: RepositoryFolder,
  signal: AbortSignal,
): Promise<string> {
  try {
    return (await runGit({ arguments: question, folder, signal, timeout: TIMEOUT })).trim();
  } catch (error) {
    if (error instanceof GitError && error.reason === 'failed') return '';
    throw error;
  }
}
