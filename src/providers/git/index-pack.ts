import type { RepositoryFolder } from './git.process.js';
import { runGit } from './run-git.js';

/** Milliseconds, with the time that the host takes to send it. */
const TIMEOUT = 120_000;

/** Adds a pack to a repository. Throws `GitError`, what the pack throws, or the signal's reason. */
export async function indexPack(
  folder: RepositoryFolder,
  pack: AsyncIterable<Buffer>,
  signal: AbortSignal,
): Promise<void> {
  const command = { arguments: ['index-pack', '--stdin'], folder, signal, timeout: TIMEOUT };
  await runGit(command, pack);
}
