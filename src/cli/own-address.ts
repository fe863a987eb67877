import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { ProblemError } from './problem.error.js';
import type { Variables } from './terminal.js';

const run = promisify(execFile);

/**
 * The e-mail address that git would write into a commit made in this folder: of a work tree or a
 * submodule the one that is set there.
 * @throws ProblemError when git knows none.
 */
export async function ownAddress(folder: string, environment: Variables): Promise<string> {
  // Only what was set, never `login@host`; the name does not matter here, but git wants one.
  const settings = ['-c', 'user.useConfigOnly=true', '-c', 'user.name=me'];
  const question = ['-C', folder, ...settings, 'var', 'GIT_AUTHOR_IDENT'];
  try {
    const { stdout } = await run('git', question, { env: withoutGit(environment) });
    const [, address] = /<([^<>]+)> \d+ [-+]\d+$/m.exec(stdout) ?? [];
    if (address !== undefined) return address;
  } catch (error) {
    // An exit code is git's way to say that it knows nobody; no git at all is another matter.
    if (typeof (error as { code?: unknown }).code !== 'number') throw error;
  }
  throw new ProblemError({
    title: 'git does not know who you are',
    detail: 'The setting user.email, which --author me stands for, is not set.',
    hint: 'Name the address: --author ada@example.com',
  });
}

/** In a hook or an alias git's own variables name another repository, and somebody else. */
function withoutGit(environment: Variables): Variables {
  return Object.fromEntries(
    Object.entries(environment).filter(([name]) => !name.startsWith('GIT_')),
  );
}
