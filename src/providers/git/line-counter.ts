import { GitError, GitProcess, type RepositoryFolder } from './git.process.js';
import { linesOf } from './lines-of.js';

/** The lines a commit added and took away, binary files left out. */
export interface LineCounts {
  readonly additions: number;
  readonly deletions: number;
}

/** More commits than an answer holds are not worth the reading of their files. */
const MAX_COMMITS = 1_000;
const TIMEOUT = 120_000;
/** What is no object id `git diff-tree` prints back at once, so it marks the end of an answer. */
const END = 'end';

/**
 * Asks git how many lines commits changed. It has to read the files for that, so it is asked only
 * about commits that are wanted, the first thousand of a repository. Merges have no counts, nor has a
 * commit whose files cannot be read. One process answers all questions; it starts with the first and
 * ends with {@link close}.
 */
export class LineCounter {
  private git?: GitProcess;
  private answers?: AsyncIterator<string, void>;
  private asked = 0;

  constructor(
    private readonly folder: RepositoryFolder,
    private readonly signal: AbortSignal,
  ) {}

  async count(shas: readonly string[]): Promise<ReadonlyMap<string, LineCounts>> {
    const wanted = shas.slice(0, MAX_COMMITS - this.asked);
    this.asked += wanted.length;
    if (wanted.length === 0) return new Map();
    try {
      const answers = await this.start();
      this.git?.input.write(`${wanted.join('\n')}\n${END}\n`);
      return await readAnswer(answers);
    } catch (error) {
      if (!(error instanceof GitError)) throw error;
      // Files are missing, as in somebody's partial clone: then there are no counts.
      this.asked = MAX_COMMITS;
      return new Map();
    }
  }

  async close(): Promise<void> {
    await this.git?.stop();
  }

  private async start(): Promise<AsyncIterator<string, void>> {
    if (this.answers) return this.answers;
    this.git = await GitProcess.start({
      arguments: [
        'diff-tree',
        '--stdin',
        // Where a shallow clone begins, a commit would seem to have added everything.
        ...(this.folder.shallow ? [] : ['--root']),
        '-r',
        '--shortstat',
        '--no-renames',
        '--no-ext-diff',
        '--no-textconv',
      ],
      folder: this.folder,
      signal: this.signal,
      timeout: TIMEOUT,
    });
    this.answers = linesOf(this.git);
    return this.answers;
  }
}

/** An id on a line of its own, then its ` 2 files changed, 3 insertions(+), 1 deletion(-)`. */
async function readAnswer(answers: AsyncIterator<string, void>): Promise<Map<string, LineCounts>> {
  const counts = new Map<string, LineCounts>();
  for (let sha = ''; ;) {
    const { value: line, done } = await answers.next();
    if (done) throw new GitError('failed', 'git diff-tree ended early');
    if (line === END) return counts;
    if (/^[0-9a-f]{40,64}$/.test(line)) sha = line;
    else if (line !== '') {
      counts.set(sha, { additions: find(line, '+'), deletions: find(line, '-') });
    }
  }
}

function find(line: string, sign: '+' | '-'): number {
  const found = sign === '+' ? /(\d+) insertions?\(\+\)/ : /(\d+) deletions?\(-\)/;
  return Number(found.exec(line)?.[1] ?? 0);
}
