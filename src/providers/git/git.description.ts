import { GitError, type RepositoryFolder } from './git.process.js';
import { runGit } from './run-git.js';

const QUESTION_TIMEOUT = 15_000;

/** Short questions about a repository on disk. Each is one quick run of git. */
export class GitDescription {
  constructor(
    private readonly folder: RepositoryFolder,
    private readonly signal: AbortSignal,
  ) {}

  /** The address of `origin` as configured: it may hold credentials. */
  originUrl(): Promise<string | undefined> {
    return this.ask('config', '--get', 'remote.origin.url');
  }

  /** git answers some questions whose answer is "none" with an exit code. */
  private async ask(...question: string[]): Promise<string | undefined> {
    try {
      const answer = await runGit({
        arguments: question,
        folder: this.folder,
        signal: this.signal,
        timeout: QUESTION_TIMEOUT,
      });
      return answer.trim() || undefined;
    } catch (error) {
      if (error instanceof GitError && error.reason === 'failed') return undefined;
      throw error;
    }
  }
}
