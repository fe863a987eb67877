import { execFileSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What a commit of a spec says; what is left out is the same every time. */
export interface CommitWish {
  readonly message: string | Buffer;
  /** `Name <address>`. */
  readonly author?: string;
  readonly committer?: string;
  /** As git takes it: `2026-01-05T10:00:00+0100`. */
  readonly date?: string;
}

/** One of many commits that are made at once. */
export interface ImportedCommit {
  readonly branch: string;
  readonly message: string;
  /** `2026-01-05`, at ten. */
  readonly date: string;
  /** Their places in the list; none: it has no parent. */
  readonly parents: readonly number[];
}

const EVERYBODY = 'Ada Lovelace <ada@example.com>';
const person = (contact: string): [string, string] => {
  const [, name = '', email = ''] = /^(.*?) ?<(.*)>$/.exec(contact) ?? [];
  return [name, email];
};

/** A folder for a spec's repositories, gone with {@link GitWorld.remove}. */
export class GitWorld {
  readonly directory = realpathSync(mkdtempSync(join(tmpdir(), 'git-world-')));

  path(...parts: string[]): string {
    return join(this.directory, ...parts);
  }

  /** Makes a repository with the branch `main`. */
  create(name: string, ...options: string[]): string {
    execFileSync('git', ['init', '--quiet', '--initial-branch=main', ...options, this.path(name)]);
    return this.path(name);
  }

  /** Runs git in one of the repositories and returns what it printed. */
  git(name: string, ...command: string[]): string {
    return this.run(name, command, {}).toString('utf8').trim();
  }

  /** Makes an empty commit on the current branch and returns its hash. */
  commit(name: string, wish: CommitWish): string {
    const [authorName, authorEmail] = person(wish.author ?? EVERYBODY);
    const [committerName, committerEmail] = person(wish.committer ?? wish.author ?? EVERYBODY);
    const date = wish.date ?? '2026-01-05T10:00:00+0000';
    const command = ['commit', '--quiet', '--allow-empty', '--cleanup=verbatim', '--file=-'];
    const environment = {
      GIT_AUTHOR_NAME: authorName,
      GIT_AUTHOR_EMAIL: authorEmail,
      GIT_AUTHOR_DATE: date,
      GIT_COMMITTER_NAME: committerName,
      GIT_COMMITTER_EMAIL: committerEmail,
      GIT_COMMITTER_DATE: date,
    };
    this.run(name, command, environment, wish.message);
    return this.git(name, 'rev-parse', 'HEAD');
  }

  /** Makes empty commits all at once: many processes of git take minutes on a busy machine. */
  import(name: string, commits: readonly ImportedCommit[]): void {
    const written = commits.map(({ branch, message, date, parents }, index) => {
      const [first, ...others] = parents.map((parent) => `:${parent + 1}`);
      const seconds = Date.parse(`${date}T10:00:00Z`) / 1_000;
      return [
        `commit refs/heads/${branch}\nmark :${index + 1}`,
        `committer ${EVERYBODY} ${seconds} +0000`,
        `data ${Buffer.byteLength(message)}\n${message}`,
        ...(first ? [`from ${first}`] : []),
        ...others.map((other) => `merge ${other}`),
        '',
      ].join('\n');
    });
    this.run(name, ['fast-import', '--quiet', '--force'], {}, written.join('\n'));
  }

  /** Merges a branch into the current one, always with a commit of its own. */
  merge(name: string, branch: string, date: string): void {
    const dates = { GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date };
    this.run(name, ['merge', '--quiet', '--no-ff', '--no-edit', branch], dates);
  }

  /** Writes a commit byte by byte, as no git would, at the tip of a branch of its own. */
  rawCommit(name: string, branch: string, author: string, message: Buffer): void {
    const tree = this.git(name, 'mktree');
    const who = `${author} 1767607200 +0000`;
    const header = Buffer.from(`tree ${tree}\nauthor ${who}\ncommitter ${who}\n\n`);
    this.rawObject(name, Buffer.concat([header, message]), branch);
  }

  /** The same, with whatever header it is given. */
  rawObject(name: string, content: string | Buffer, branch: string): void {
    const command = ['hash-object', '-t', 'commit', '-w', '--stdin', '--literally'];
    const sha = this.run(name, command, {}, content).toString('utf8').trim();
    this.git(name, 'update-ref', `refs/heads/${branch}`, sha);
  }

  /** Makes an annotated tag. */
  tag(name: string, tag: string, target: string, message: string, date: string): void {
    this.run(name, ['tag', '--annotate', '--message', message, tag, target], {
      GIT_COMMITTER_DATE: date,
    });
  }

  /** Breaks a repository: an object is lost. */
  forget(name: string, object: string): void {
    rmSync(this.path(name, '.git', 'objects', object.slice(0, 2), object.slice(2)));
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }

  private run(
    name: string,
    command: readonly string[],
    environment: Readonly<Record<string, string>>,
    input: string | Buffer = '',
  ): Buffer {
    const identity = { GIT_AUTHOR_NAME: 'Ada Lovelace', GIT_AUTHOR_EMAIL: 'ada@example.com' };
    return execFileSync('git', ['-C', this.path(name), ...command], {
      input,
      stdio: ['pipe', 'pipe', 'pipe'],
      env: {
        PATH: process.env.PATH,
        HOME: this.directory,
        GIT_CONFIG_NOSYSTEM: '1',
        ...identity,
        GIT_COMMITTER_NAME: 'Ada Lovelace',
        GIT_COMMITTER_EMAIL: 'ada@example.com',
        ...environment,
      },
    });
  }
}
