import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Where nothing tells; what most systems begin with. */
const USUAL = 1_024;

/**
 * How many files and connections this process may have open at a time. Node raises the soft limit to
 * the hard one as it starts.
 * @returns Infinity where there is no limit.
 */
export function descriptorLimit(): number {
  return fromProc() ?? fromShell() ?? USUAL;
}

/** https://man7.org/linux/man-pages/man5/proc_pid_limits.5.html */
function fromProc(): number | undefined {
  try {
    const limits = readFileSync('/proc/self/limits', 'utf8');
    return readLimit(/^Max open files +(\w+)/m.exec(limits)?.[1]);
  } catch {
    // Linux alone has it.
    return undefined;
  }
}

function fromShell(): number | undefined {
  try {
    return readLimit(execFileSync('sh', ['-c', 'ulimit -n'], { encoding: 'utf8' }).trim());
  } catch {
    // Windows has neither, nor such a limit of its own.
    return undefined;
  }
}

function readLimit(text: string | undefined): number | undefined {
  if (text === 'unlimited') return Infinity;
  const limit = Number(text);
  return Number.isSafeInteger(limit) && limit > 0 ? limit : undefined;
}
