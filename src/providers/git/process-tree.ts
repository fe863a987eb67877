import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

/** What a process and all that it started hold together. */
export interface ProcessTree {
  readonly processes: number;
  /**
   * Bytes of resident memory of their own; on Linux without mapped files, which the system takes back
   * whenever it needs the room.
   */
  readonly bytes: number;
}

const NOTHING: ProcessTree = { processes: 0, bytes: 0 };

/** Measures a process, its children, and theirs; nothing where it has ended or the system does not tell. */
export const measureTree: (pid: number) => Promise<ProcessTree> =
  process.platform === 'linux' ? measureByProc : measureByPs;

/** https://www.kernel.org/doc/html/latest/filesystems/proc.html */
async function measureByProc(pid: number): Promise<ProcessTree> {
  const [status, children] = await Promise.all([
    readFile(`/proc/${pid}/status`, 'utf8').catch(() => ''),
    readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => ''),
  ]);
  if (status === '') return NOTHING;
  const pids = children.split(' ').filter(Boolean).map(Number);
  const own = kibibytesOf(status, 'RssAnon') + kibibytesOf(status, 'RssShmem');
  return sum([
    { processes: 1, bytes: own * 1024 },
    ...(await Promise.all(pids.map(measureByProc))),
  ]);
}

const kibibytesOf = (status: string, field: string): number =>
  Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1] ?? 0);

/** macOS and the BSDs have no /proc: https://pubs.opengroup.org/onlinepubs/9699919799/utilities/ps.html */
export async function measureByPs(pid: number): Promise<ProcessTree> {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'pid=,ppid=,rss=']).catch(() => ({
    stdout: '',
  }));
  const rows = stdout.split('\n').map((line) => line.trim().split(/\s+/).map(Number));
  const measure = (root: number): ProcessTree => {
    const own = rows.filter(([id]) => id === root);
    const children = rows.filter(([, parent]) => parent === root);
    return sum([
      ...own.map(([, , kibibytes = 0]) => ({ processes: 1, bytes: kibibytes * 1024 })),
      ...children.map(([id = 0]) => measure(id)),
    ]);
  };
  return measure(pid);
}

const sum = (trees: readonly ProcessTree[]): ProcessTree => ({
  processes: trees.reduce((total, { processes }) => total + processes, 0),
  bytes: trees.reduce((total, { bytes }) => total + bytes, 0),
});
