import { GitError, GitProcess, type RepositoryFolder } from './git.process.js';
import { linesOf } from './lines-of.js';

/** The lines a commit added and took away, binary files left out. */
export interface LineCounts {
  readonly additions: number;
  readonly deletions: number;
}

/** More commits than an answer holds are not worth the reading of their files. */
export const MAX_COUNTED = 1_000;
/**
 * Milliseconds without a commit's answer, milliseconds for all, and bytes: a few objects that name one
 * another are enough for millions of files. https://kate.io/blog/git-bomb/
 */
const COMMIT_TIMEOUT = 5_000;
const TIMEOUT = 30_000;
const MAX_MEMORY = 192 * 1024 * 1024;
/** What is no object id `git diff-tree` prints back at once, so it marks the end of an answer. */
const END = 'end';

const NOT_HERE = 'The sizes of some commits are missing: not all of their files are here.';

/**
 * Asks git how many lines commits changed. It has to read the files for that, so it is asked only
 * about commits that are wanted, the first thousand of a repository. Merges have no counts, nor has a
 * commit whose files cannot be read, or take more than they may, nor any after it: then there is a
 * {@link gap}. One process answers all questions; it starts with the first, or with {@link prepare}, and
 * ends with {@link close}.
 */
export class LineCounter {
  private failure?: string;
  private missing?: string;
  private git?: GitProcess;
  private answers?: Promise<AsyncIterator<string, void>>;
  private asked = 0;

  /** @param sized The commits whose files are here; absent: all of them. */
  constructor(
    private readonly folder: RepositoryFolder,
    private readonly signal: AbortSignal,
    private readonly sized?: ReadonlySet<string>,
  ) {}

  /** Why counts are missing, in words for people. */
  get gap(): string | undefined {
    return this.failure ?? this.missing;
  }

  /** Starts git ahead of the first question; what fails is told there. */
  prepare(): void {
    this.answers ??= this.start();
    this.answers.catch(() => undefined);
  }

  /** @param commits Those that are no merges. */
  async count(commits: readonly string[]): Promise<ReadonlyMap<string, LineCounts>> {
    const asked = this.failure === undefined ? commits.slice(0, MAX_COUNTED - this.asked) : [];
    this.asked += asked.length;
    const wanted = asked.filter((sha) => this.sized?.has(sha) ?? true);
    if (wanted.length < asked.length) this.missing = NOT_HERE;
    const counts = new Map<string, LineCounts>();
    if (wanted.length === 0) return counts;
    try {
      this.answers ??= this.start();
      const answers = await this.answers;
      this.git?.input.write(`${wanted.join('\n')}\n${END}\n`);
      await this.readAnswer(answers, counts);
    } catch (error) {
      if (!(error instanceof GitError)) throw error;
      this.failure = gapOf(error);
    }
    return counts;
  }

  async close(): Promise<void> {
    await Promise.allSettled([this.answers]);
    await this.git?.stop();
  }

  /** An id on a line of its own, then its ` 2 files changed, 3 insertions(+), 1 deletion(-)`. */
  private async readAnswer(
    answers: AsyncIterator<string, void>,
    counts: Map<string, LineCounts>,
  ): Promise<void> {
    for (let sha = ''; ;) {
      const late = setTimeout(() => this.git?.stopFor('timeout'), COMMIT_TIMEOUT);
      const { value: line, done } = await answers.next().finally(() => clearTimeout(late));
      if (done) throw new GitError('failed', 'git diff-tree ended early');
      if (line === END) return;
      if (/^[0-9a-f]{40,64}$/.test(line)) sha = line;
      else if (line !== '') {
        counts.set(sha, { additions: find(line, '+'), deletions: find(line, '-') });
      }
    }
  }

  private async start(): Promise<AsyncIterator<string, void>> {
    this.git = await GitProcess.start({
      arguments: [
        'diff-tree',
        '--stdin',
        // Where a shallow clone begins, a commit would seem to have added everything.
        ...(this.folder.shallow ? [] : ['--root']),
        '-r',
        '--shortstat',
        // As git show and the hosts count them: what only moved is neither taken away nor added.
        '-M',
        '--no-ext-diff',
        '--no-textconv',
      ],
      folder: this.folder,
      signal: this.signal,
      timeout: TIMEOUT,
      memory: MAX_MEMORY,
    });
    return linesOf(this.git);
  }
}

const gapOf = ({ reason }: GitError): string =>
  reason === 'failed'
    ? NOT_HERE
    : 'The sizes of some commits are missing: to read their files takes more time or memory than git may use.';

function find(line: string, sign: '+' | '-'): number {
  const found = sign === '+' ? / (\d+) insertions?\(\+\)/ : / (\d+) deletions?\(-\)/;
  return Number(found.exec(line)?.[1] ?? 0);
}
