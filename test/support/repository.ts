import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface SeedCommit {
  readonly subject: string;
  readonly body?: string;
  readonly author?: string;
  readonly email?: string;
  /** ISO 8601. */
  readonly date?: string;
}

/** A folder with real repositories in it, made for one test and removed after it. */
export class RepositoryFolder {
  readonly path = mkdtempSync(join(tmpdir(), 'git-recap-test-'));

  /** Makes a repository with these commits, oldest first. */
  add(name: string, commits: readonly SeedCommit[]): this {
    const folder = join(this.path, name);
    execFileSync('git', ['init', '--quiet', '--initial-branch=main', folder]);
    commits.forEach((commit, index) => {
      this.commit(folder, commit, index);
    });
    return this;
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }

  private commit(folder: string, commit: SeedCommit, index: number): void {
    const { subject, body, author = 'Ada Lovelace', email = 'ada@example.com' } = commit;
    const date = commit.date ?? new Date(Date.now() - 60_000 + index).toISOString();
    writeFileSync(join(folder, 'file.txt'), `${String(index)} ${subject}\n`);
    const git = (...args: string[]): void => {
      execFileSync('git', ['-C', folder, '-c', 'commit.gpgsign=false', ...args], {
        env: {
          ...process.env,
          GIT_AUTHOR_NAME: author,
          GIT_AUTHOR_EMAIL: email,
          GIT_AUTHOR_DATE: date,
          GIT_COMMITTER_NAME: author,
          GIT_COMMITTER_EMAIL: email,
          GIT_COMMITTER_DATE: date,
        },
      });
    };
    git('add', '.');
    git('commit', '--quiet', '-m', body ? `${subject}\n\n${body}` : subject);
  }
}
