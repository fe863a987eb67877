import { spawn, type ChildProcessByStdio } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { setImmediate as afterOthers } from 'node:timers/promises';
import { measureTree } from './process-tree.js';

/** A repository on disk, already found and checked: git is told where it is and never searches. */
export interface RepositoryFolder {
  readonly gitDirectory: string;
  readonly workTree?: string;
  /** Its history was cut off when it was cloned. */
  readonly shallow?: boolean;
  /** It holds only the newest of its history, as far as somebody has asked: parents are missing. */
  readonly window?: boolean;
}

export interface GitCommand {
  readonly arguments: readonly string[];
  readonly folder?: RepositoryFolder;
  /** Configuration for this run, above every configuration file: `http.proxy=`. */
  readonly settings?: readonly string[];
  /** Lets git speak https; without it git can open no connection at all. */
  readonly network?: boolean;
  /** Lets git ask the host for single objects that a partial clone lacks, where it may use the network. */
  readonly lazyFetch?: boolean;
  readonly signal: AbortSignal;
  /** Milliseconds. */
  readonly timeout: number;
  /** Bytes that git and the processes it starts may hold together; 512 MiB unless said. */
  readonly memory?: number;
}

/**
 * `memory`, `processes`: it took more of them than it may. `missing`: there is no git to run. `busy`:
 * too many of them run already.
 */
export type GitErrorReason = 'failed' | 'timeout' | 'memory' | 'processes' | 'missing' | 'busy';

/** git ended other than well. `diagnostics` is for the operator's log: git quotes addresses and paths. */
export class GitError extends Error {
  constructor(
    readonly reason: GitErrorReason,
    readonly diagnostics: string,
    options?: ErrorOptions,
  ) {
    super(`git ended with: ${reason}`, options);
    this.name = 'GitError';
  }
}

const MAX_DIAGNOSTICS = 4_096;
/**
 * git keeps a host's list of branches in memory whole, however long the host makes it, and every path
 * that a commit changed, however many equal folders a few objects unfold to.
 */
const MAX_MEMORY = 512 * 1024 * 1024;
/**
 * A clone is git, its transport, index-pack and rev-list, six at most. Fetching what a fetch lacks, which
 * is fetched again, has no end: https://github.com/git/git/pull/2224
 */
const MAX_PROCESSES = 16;
const MEASURE_INTERVAL = 100;

/**
 * Nothing a repository's own configuration names may run (CVE-2022-24765 and its kin), so what can
 * name a program is switched off here, and the repository's file cannot switch it on again.
 */
const SAFE_SETTINGS = [
  'core.hooksPath=/dev/null',
  'core.fsmonitor=false',
  'core.sshCommand=false',
  'core.askPass=',
  'core.attributesFile=/dev/null',
  'credential.helper=',
  'log.showSignature=false',
  'i18n.logOutputEncoding=UTF-8',
  // What git takes for a co-author's line is not for the repository to say.
  'trailer.separators=:',
  'core.commentChar=#',
  // May name any file of this machine, a pipe too.
  'mailmap.file=',
  'protocol.allow=never',
  'protocol.https.allow=always',
  'safe.directory=*',
  'gc.auto=0',
  'maintenance.auto=false',
  // How much of packs is mapped into memory at once, and what is too large to be compared line by line.
  'core.packedGitWindowSize=32m',
  'core.packedGitLimit=256m',
  'core.bigFileThreshold=64m',
];

const environmentOf = ({ folder, network, lazyFetch }: GitCommand): NodeJS.ProcessEnv => ({
  PATH: process.env.PATH,
  // Not a home: there is a .netrc in those, and curl reads it.
  HOME: '/dev/null',
  LC_ALL: 'C',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_ATTR_NOSYSTEM: '1',
  GIT_TERMINAL_PROMPT: '0',
  GIT_ASKPASS: '',
  SSH_ASKPASS: '',
  GIT_OPTIONAL_LOCKS: '0',
  GIT_NO_REPLACE_OBJECTS: '1',
  // Unlike protocol.allow it also overrules a repository's own protocol.<name>.allow.
  GIT_ALLOW_PROTOCOL: network ? 'https' : '',
  // Since git 2.44, and where it was given to older ones with the fixes of May 2024 (2.39.4).
  ...(network && lazyFetch ? {} : { GIT_NO_LAZY_FETCH: '1' }),
  ...(folder && { GIT_DIR: folder.gitDirectory }),
  ...(folder?.workTree !== undefined && { GIT_WORK_TREE: folder.workTree }),
});

/** To start one holds everything else up for milliseconds: whoever else has work has a turn in between. */
let turn: Promise<unknown> = Promise.resolve();

/**
 * One run of git, in a process group of its own, without a shell. Iterate it for its output as it
 * comes, with back-pressure. Iteration throws the signal's reason on abort and
 * {@link GitError} otherwise; ending it early kills git.
 */
export class GitProcess implements AsyncIterable<Buffer> {
  readonly input: Writable;
  private readonly child: ChildProcessByStdio<Writable, Readable, Readable>;
  private readonly ended: Promise<GitError | undefined>;
  private readonly timer?: NodeJS.Timeout;
  private diagnostics = '';
  private stoppedFor?: GitErrorReason;
  private readonly measuring?: NodeJS.Timeout;
  private isMeasuring = false;

  /** Starts it, one in each turn of the event loop. @throws the signal's reason, or GitError `busy`. */
  static async start(command: GitCommand): Promise<GitProcess> {
    const mine = turn;
    turn = mine.then(() => afterOthers());
    await mine;
    command.signal.throwIfAborted();
    return new GitProcess(command);
  }

  private constructor(private readonly command: GitCommand) {
    const settings = [...SAFE_SETTINGS, ...(command.settings ?? [])];
    this.child = spawn(
      'git',
      ['--no-pager', ...settings.flatMap((setting) => ['-c', setting]), ...command.arguments],
      {
        cwd: command.folder?.workTree ?? command.folder?.gitDirectory ?? '/',
        env: environmentOf(command),
        detached: true,
        stdio: ['pipe', 'pipe', 'pipe'],
      },
    );
    this.ended = this.untilClosed();
    // Without descriptors for pipes Node makes none, and starts nothing; its error comes later.
    const hasPipes = (this.child.stdin as Writable | undefined) !== undefined;
    if (!hasPipes) throw new GitError('busy', 'there are no descriptors left to start it with');
    this.input = this.child.stdin;
    // A reader that has ended says more by its exit code than by a broken pipe.
    this.input.on('error', () => undefined);
    // Without a reader Node throws output away when the child exits; this one lets it wait for ours.
    this.child.stdout.on('readable', () => undefined);
    this.child.stderr.on('data', (chunk: Buffer) => {
      const room = MAX_DIAGNOSTICS - this.diagnostics.length;
      if (room > 0) this.diagnostics += chunk.toString('utf8').slice(0, room);
    });
    this.timer = setTimeout(() => this.stopFor('timeout'), command.timeout);
    this.measuring = setInterval(() => void this.measure(), MEASURE_INTERVAL);
    command.signal.addEventListener('abort', this.kill, { once: true });
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer, void> {
    try {
      for await (const chunk of this.child.stdout) yield chunk as Buffer;
      await this.finish();
    } catch (error) {
      await this.finish();
      throw error;
    } finally {
      await this.stop();
    }
  }

  /** What git said besides, once its output has been read: it quotes addresses and paths. */
  get warnings(): string {
    return this.diagnostics;
  }

  /** Ends git if it still runs, and returns when it is gone. */
  async stop(): Promise<void> {
    this.kill();
    // Output that nobody has read, and now nobody will, would keep the child from closing.
    this.child.stdout.destroy();
    await this.ended;
  }

  /** Waits for the end; throws if it was not a good one. Only once the output has been read. */
  async finish(): Promise<void> {
    const error = await this.ended;
    this.command.signal.throwIfAborted();
    if (error) throw error;
  }

  private untilClosed(): Promise<GitError | undefined> {
    return new Promise<GitError | undefined>((resolve) => {
      this.child.once('error', (cause) => resolve(new GitError('missing', '', { cause })));
      this.child.once('close', (exitCode) => {
        if (exitCode === 0) {
          resolve(undefined);
          return;
        }
        resolve(new GitError(this.stoppedFor ?? 'failed', this.diagnostics));
      });
    }).finally(() => {
      clearTimeout(this.timer);
      clearInterval(this.measuring);
      this.command.signal.removeEventListener('abort', this.kill);
    });
  }

  /** Ends git; whoever waits for it is told why. */
  stopFor(reason: GitErrorReason): void {
    this.stoppedFor ??= reason;
    this.kill();
  }

  private async measure(): Promise<void> {
    if (this.child.pid === undefined || this.isMeasuring) return;
    this.isMeasuring = true;
    const { bytes, processes } = await measureTree(this.child.pid);
    this.isMeasuring = false;
    if (bytes > (this.command.memory ?? MAX_MEMORY)) this.stopFor('memory');
    if (processes > MAX_PROCESSES) this.stopFor('processes');
  }

  private readonly kill = (): void => {
    if (this.child.pid === undefined || this.child.exitCode !== null || this.child.signalCode) {
      return;
    }
    try {
      process.kill(-this.child.pid, 'SIGKILL');
    } catch {
      // It ended between the question and the signal.
    }
  };
}
