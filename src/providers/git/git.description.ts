import { ALL_WORK } from './git.log.js';
import { GitError, type RepositoryFolder } from './git.process.js';
import { runGit } from './run-git.js';

const QUESTION_TIMEOUT = 15_000;
const NEWEST = ['log', '--max-count=1', '--no-patch', '--no-show-signature', '--format=%ct'];

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

  /** The branch that HEAD is on, else the one the origin's HEAD is on. */
  async defaultBranch(): Promise<string | undefined> {
    const head = await this.ask('symbolic-ref', '--quiet', '--short', 'HEAD');
    if (head !== undefined) return head;
    const remote = await this.ask('symbolic-ref', '--quiet', '--short', 'refs/remotes/origin/HEAD');
    return remote?.replace(/^origin\//, '');
  }

  /** When the newest commit was made; undefined in an empty repository. */
  async newestCommit(): Promise<Date | undefined> {
    const seconds = await this.ask(...NEWEST, ...ALL_WORK);
    const milliseconds = Number(seconds) * 1000;
    return Number.isFinite(milliseconds) ? new Date(milliseconds) : undefined;
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
