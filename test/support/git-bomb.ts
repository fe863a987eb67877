import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

const LEVELS = 10;
const ENTRIES = 10;

/**
 * Makes a repository of a dozen objects that unfold to ten thousand million files: each folder holds the
 * same one ten times. https://kate.io/blog/git-bomb/, https://github.com/Katee/git-bomb
 */
export function makeGitBomb(folder: string): void {
  const git = (command: string[], input = ''): string =>
    execFileSync('git', ['-C', folder, ...command], { input, encoding: 'utf8' }).trim();
  execFileSync('git', ['init', '--quiet', '--initial-branch=main', folder]);
  let entry = `100644 blob ${git(['hash-object', '-w', '--stdin'], 'boom\n')}`;
  for (let level = 0; level < LEVELS; level += 1) {
    const entries = Array.from({ length: ENTRIES }, (_, index) => `${entry}\tn${index}\n`);
    entry = `040000 tree ${git(['mktree'], entries.join(''))}`;
  }
  const identity = ['-c', 'user.name=Eve', '-c', 'user.email=eve@example.com'];
  const tree = entry.split(' ')[2] ?? '';
  const commit = git([...identity, 'commit-tree', tree, '-m', 'Add a few files']);
  git(['update-ref', 'refs/heads/main', commit]);
}

/** Bytes of resident memory of all git processes that this process has started, and theirs. Linux only. */
export function memoryOfGits(): number {
  const gits = readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && isOurGit(pid));
  return gits.reduce((sum, pid) => sum + residentBytes(pid), 0);
}

/** Git runs in a group of its own: up to its leader, whose parent we are. */
function isOurGit(pid: string): boolean {
  const [name, parent] = nameAndParent(pid);
  if (!name.startsWith('git')) return false;
  return parent === String(process.pid) || (parent !== '' && isOurGit(parent));
}

function nameAndParent(pid: string): [string, string] {
  const status = read(`/proc/${pid}/status`);
  return [/^Name:\s+(.*)$/m.exec(status)?.[1] ?? '', /^PPid:\s+(\d+)$/m.exec(status)?.[1] ?? ''];
}

const residentBytes = (pid: string): number =>
  Number(/^VmRSS:\s+(\d+) kB$/m.exec(read(`/proc/${pid}/status`))?.[1] ?? 0) * 1024;

/** Empty where the process has ended. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
