import { pipeline } from 'node:stream/promises';
import { GitError, GitProcess, type GitCommand } from './git.process.js';

const MAX_OUTPUT = 1024 * 1024;
const BROKEN_PIPE = ['EPIPE', 'ERR_STREAM_DESTROYED', 'ERR_STREAM_PREMATURE_CLOSE'];

/**
 * Runs git to its end and returns what it printed; more than a mebibyte is an error. What goes wrong with
 * its input is thrown as it is.
 */
export async function runGit(command: GitCommand, input?: AsyncIterable<Buffer>): Promise<string> {
  const git = await GitProcess.start(command);
  const fed = feed(git, input);
  fed.catch(() => git.stop());
  try {
    return await outputOf(git);
  } catch (error) {
    await fed;
    throw error;
  }
}

async function outputOf(git: GitProcess): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of git) {
    length += chunk.length;
    if (length > MAX_OUTPUT) throw new GitError('failed', 'more output than expected');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

async function feed(
  { input }: GitProcess,
  bytes: AsyncIterable<Buffer> | undefined,
): Promise<void> {
  if (!bytes) {
    input.end();
    return;
  }
  await pipeline(bytes, input).catch((error: unknown) => {
    // Why git reads no further it says itself.
    if (!BROKEN_PIPE.includes(String((error as NodeJS.ErrnoException).code))) throw error;
  });
}
