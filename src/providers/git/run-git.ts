import { GitError, GitProcess, type GitCommand } from './git.process.js';

const MAX_OUTPUT = 1024 * 1024;

/** Runs git to its end and returns what it printed; more than a mebibyte is an error. */
export async function runGit(command: GitCommand): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  const git = await GitProcess.start(command);
  git.input.end();
  for await (const chunk of git) {
    length += chunk.length;
    if (length > MAX_OUTPUT) throw new GitError('failed', 'more output than expected');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
