import { readdirSync, readFileSync } from 'node:fs';

/** How many processes run whose command line or environment names a directory. Linux only. */
export function runningIn(directory: string): number {
  const names = (pid: string): boolean => {
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      return (command + readFileSync(`/proc/${pid}/environ`, 'utf8')).includes(directory);
    } catch {
      return false;
    }
  };
  return readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && names(pid)).length;
}
