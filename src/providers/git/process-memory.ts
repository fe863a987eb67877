import { readFile } from 'node:fs/promises';

/**
 * The bytes of memory of its own that a process and all its children hold; 0 where the system does
 * not tell (there is no /proc but on Linux).
 */
export async function memoryOf(pid: number): Promise<number> {
  const [status, children] = await Promise.all([
    readFile(`/proc/${pid}/status`, 'utf8').catch(() => ''),
    readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => ''),
  ]);
  const [, kibibytes] = /^RssAnon:\s+(\d+) kB$/m.exec(status) ?? [];
  const pids = children.split(' ').filter(Boolean).map(Number);
  const ofChildren = await Promise.all(pids.map(memoryOf));
  return ofChildren.reduce((sum, bytes) => sum + bytes, Number(kibibytes ?? 0) * 1024);
}
