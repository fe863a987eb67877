import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { ProblemError } from './problem.error.js';

const run = promisify(execFile);

/**
 * The e-mail address that git would write into a commit made in this folder.
 * @throws ProblemError when git knows none.
 */
export async function ownAddress(folder: string): Promise<string> {
  try {
    const { stdout } = await run('git', ['-C', folder, 'config', '--get', 'user.email']);
    if (stdout.trim()) return stdout.trim();
  } catch {
    // The exit code of a setting that is not set.
  }
  throw new ProblemError({
    title: 'git does not know who you are',
    detail: 'The setting user.email, which --author me stands for, is not set.',
    hint: 'Name the address: --author ada@example.com',
  });
}
