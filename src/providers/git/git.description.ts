import { GitError, type RepositoryFolder } from './git.process.js';
import { runGit } from './run-git.js';

const QUESTION_TIMEOUT = 15_000;

/** Short questions about a repository on disk. Each is one quick run of git. */
export class GitDescription {
  constructor(
    private readonly folder: RepositoryFolder,
    private readonly signal: AbortSignal,
  ) {}

  /**
   * The address of `origin`, or of the only remote, or of the one that the current branch follows, as
   * git would fetch from it: it may hold credentials.
   */
  async originUrl(): Promise<string | undefined> {
    const origin = await this.urlOf('origin');
    if (origin !== undefined) return origin;
    const remotes = (await this.ask('remote'))?.split('\n') ?? [];
    if (remotes.length < 2) return remotes[0] && (await this.urlOf(remotes[0]));
    const branch = await this.ask('symbolic-ref', '--quiet', '--short', 'HEAD');
    const followed = branch && (await this.ask('config', '--get', `branch.${branch}.remote`));
    return followed && remotes.includes(followed) ? await this.urlOf(followed) : undefined;
  }

  /** The first one where there are several, rewritten by `url.*.insteadOf`. */
  private urlOf(remote: string): Promise<string | undefined> {
    return this.ask('remote', 'get-url', '--', remote);
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
