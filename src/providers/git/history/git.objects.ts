import { GitError, GitProcess, type RepositoryFolder } from '../git.process.js';

export interface GitObject {
  readonly type: string;
  /** Its beginning, up to {@link MAX_KEPT_BYTES}. */
  readonly content: Buffer;
}

const TIMEOUT = 120_000;
const MAX_KEPT_BYTES = 1024 * 1024;
const LINE_END = 10;

/**
 * Reads commits and tags as they are stored, one after the other, and says which are missing. One
 * process answers all questions; it starts with the first and ends with {@link close}.
 */
export class GitObjects {
  private git?: GitProcess;
  private chunks?: AsyncIterator<Buffer, void>;
  private rest: Buffer = Buffer.alloc(0);

  constructor(
    private readonly folder: RepositoryFolder,
    private readonly signal: AbortSignal,
  ) {}

  /** Undefined where it is missing or cannot be read. */
  async read(hash: string): Promise<GitObject | undefined> {
    const git = await this.start();
    git.input.write(`${hash}\n`);
    return await this.next();
  }

  /** The same of many at once, in their order. To be read to its end. */
  async *readAll(hashes: readonly string[]): AsyncGenerator<GitObject | undefined, void> {
    if (hashes.length === 0) return;
    const git = await this.start();
    git.input.write(`${hashes.join('\n')}\n`);
    for (let left = hashes.length; left > 0; left -= 1) yield await this.next();
  }

  private async next(): Promise<GitObject | undefined> {
    const [, type, size] = / (\w+) (\d+)$/.exec((await this.line()).toString('latin1')) ?? [];
    if (type === undefined) return undefined;
    const content = await this.bytes(Number(size));
    await this.bytes(1);
    return { type, content };
  }

  async close(): Promise<void> {
    await this.git?.stop();
  }

  private async start(): Promise<GitProcess> {
    this.git ??= await GitProcess.start({
      arguments: ['cat-file', '--batch'],
      folder: this.folder,
      signal: this.signal,
      timeout: TIMEOUT,
    });
    this.chunks ??= this.git[Symbol.asyncIterator]();
    return this.git;
  }

  private async line(): Promise<Buffer> {
    let end = this.rest.indexOf(LINE_END);
    while (end === -1) {
      this.rest = Buffer.concat([this.rest, await this.chunk()]);
      end = this.rest.indexOf(LINE_END);
    }
    const line = this.rest.subarray(0, end);
    this.rest = this.rest.subarray(end + 1);
    return line;
  }

  /** So many bytes, of which the first are kept. */
  private async bytes(count: number): Promise<Buffer> {
    const kept: Buffer[] = [];
    let keptBytes = 0;
    for (let left = count; left > 0;) {
      if (this.rest.length === 0) this.rest = await this.chunk();
      const piece = this.rest.subarray(0, left);
      this.rest = this.rest.subarray(piece.length);
      left -= piece.length;
      kept.push(piece.subarray(0, MAX_KEPT_BYTES - keptBytes));
      keptBytes = Math.min(MAX_KEPT_BYTES, keptBytes + piece.length);
    }
    return Buffer.concat(kept);
  }

  private async chunk(): Promise<Buffer> {
    const next = await this.chunks?.next();
    if (!next || next.done) throw new GitError('failed', 'git cat-file ended early');
    return next.value;
  }
}
