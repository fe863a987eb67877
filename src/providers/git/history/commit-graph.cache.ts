import { Injectable } from '@nestjs/common';
import { GitError, GitProcess, type RepositoryFolder } from '../git.process.js';
import { linesOf } from '../lines-of.js';
import { CommitGraph } from './commit-graph.js';
import { packedAt, packedRefsOf, parentageOf } from './common-directory.js';
import { GitObjects } from './git.objects.js';
import { type GitRefs, readRefs } from './git.refs.js';
import { History, type ReadHistory } from './history.js';
import { ObjectHeader } from './object-header.js';
import { readTag, type TagObject } from './tag-object.js';

interface Remembered {
  readonly parentage: string;
  readonly graph: CommitGraph;
  readonly tags: Map<string, TagObject>;
  /** What git was asked for last: all that is older is known. */
  tips: readonly string[];
  /** When packs came last, in milliseconds since 1970. */
  packs?: number;
}

const TIMEOUT = 120_000;
/** Of all repositories that are remembered; the one that was read longest ago goes first. */
const MAX_BYTES = 64 * 1024 * 1024;
const TAG_BYTES = 300;
/** Of a commit and its parents, in characters: some hundred thousand of them. */
const MAX_LINE_LENGTH = 8 * 1024 * 1024;
/** Packs are read once, from one end to the other: windows of them are of no further use. */
const SMALL_WINDOWS = ['core.packedGitLimit=64m', 'core.packedGitWindowSize=8m'];

/**
 * Which commits there are, when they were made and which came before which. To answer that truly, git
 * has to walk the whole history: a date says nothing about those of its ancestors. So that is done
 * once, and then for what is new.
 */
@Injectable()
export class CommitGraphCache {
  private readonly remembered = new Map<string, Remembered>();
  private readonly names = new Map<string, { readonly state: string; readonly refs: GitRefs }>();
  private readonly running = new Map<string, Promise<unknown>>();

  /** What the repository's branches and tags reach now. Throws `GitError`, or the signal's reason. */
  async read(folder: RepositoryFolder, signal: AbortSignal): Promise<History> {
    const refs = await this.refsOf(folder, signal);
    return new History(refs, await this.inTurn(folder, refs, signal));
  }

  /** Of a window they are all in one file, which is replaced whenever they change. */
  private async refsOf(folder: RepositoryFolder, signal: AbortSignal): Promise<GitRefs> {
    if (!folder.window) return readRefs(folder, signal);
    const key = folder.gitDirectory;
    const state = await packedRefsOf(key);
    const known = this.names.get(key);
    if (known?.state === state) return known.refs;
    const refs = await readRefs(folder, signal);
    this.names.set(key, { state, refs });
    return refs;
  }

  /** A repository's folder has another name now. */
  move(from: string, to: string): void {
    const entry = this.remembered.get(from);
    this.remembered.delete(from);
    if (entry) this.remembered.set(to, entry);
    this.names.delete(from);
  }

  forget(gitDirectory: string): void {
    this.remembered.delete(gitDirectory);
    this.names.delete(gitDirectory);
  }

  /** One after the other for each repository. */
  private async inTurn(
    folder: RepositoryFolder,
    refs: GitRefs,
    signal: AbortSignal,
  ): Promise<ReadHistory> {
    const key = folder.gitDirectory;
    const before = this.running.get(key);
    const mine = (async () => {
      // Whoever came before may have failed for a reason of its own.
      await before?.catch(() => undefined);
      signal.throwIfAborted();
      return await this.update(folder, refs, signal);
    })();
    this.running.set(key, mine);
    try {
      return await mine;
    } finally {
      if (this.running.get(key) === mine) this.running.delete(key);
    }
  }

  private async update(
    folder: RepositoryFolder,
    refs: GitRefs,
    signal: AbortSignal,
  ): Promise<ReadHistory> {
    const key = folder.gitDirectory;
    const parentage = await parentageOf(key);
    const old = this.remembered.get(key);
    this.remembered.delete(key);
    const tips = [
      ...new Set([
        ...refs.branches.map(({ object }) => object),
        ...refs.tags.map(({ object }) => object),
        ...refs.detached,
      ]),
    ];
    // An empty one does not know yet how long hashes are here.
    const known = old?.parentage === parentage && old.graph.size > 0 ? old : undefined;
    const hashBytes = (tips[0] ?? '').length / 2;
    const entry = known ?? {
      parentage,
      graph: new CommitGraph(hashBytes),
      tags: new Map<string, TagObject>(),
      tips: [],
    };
    const unknown = tips.filter(
      (tip) => entry.graph.find(tip) === undefined && !entry.tags.has(tip),
    );
    const packs = folder.window ? await packedAt(key) : undefined;
    const news = unknown.length > 0 || packs !== entry.packs;
    const damaged = news && !(await extend(folder, entry, unknown, signal));
    entry.packs = packs;
    entry.tips = tips.filter((tip) => entry.graph.find(tip) !== undefined);
    if (!damaged) {
      this.remembered.set(key, entry);
      this.forgetSome();
    }
    return { graph: entry.graph, tags: entry.tags, damaged };
  }

  private forgetSome(): void {
    let bytes = [...this.remembered.values()].reduce((sum, entry) => sum + bytesOf(entry), 0);
    for (const [key, entry] of this.remembered) {
      if (bytes <= MAX_BYTES) return;
      this.forget(key);
      bytes -= bytesOf(entry);
    }
  }
}

const bytesOf = ({ graph, tags }: Remembered): number => graph.bytes + TAG_BYTES * tags.size;

/** Reads what the unknown tips reach. False if not all of it is there. */
async function extend(
  folder: RepositoryFolder,
  { graph, tags, tips }: Remembered,
  unknown: readonly string[],
  signal: AbortSignal,
): Promise<boolean> {
  const objects = new GitObjects(folder, signal);
  try {
    const whole = !folder.window && (await walk(folder, graph, unknown, tips, signal));
    // What was missing may have come meanwhile.
    if (!whole) await walkObjectByObject(objects, graph, [...unknown, ...graph.unread]);
    for (const tip of unknown) {
      const tag = graph.find(tip) === undefined ? await readTag(objects, tip) : undefined;
      if (tag) tags.set(tip, tag);
    }
    return whole || folder.window === true;
  } finally {
    await objects.close();
  }
}

/**
 * With children before their parents. What a reference names and is not there is passed over. False if
 * a parent is not there.
 */
async function walk(
  folder: RepositoryFolder,
  graph: CommitGraph,
  from: readonly string[],
  known: readonly string[],
  signal: AbortSignal,
): Promise<boolean> {
  const git = await GitProcess.start({
    arguments: [
      'rev-list',
      '--topo-order',
      '--timestamp',
      '--parents',
      '--ignore-missing',
      '--stdin',
    ],
    settings: SMALL_WINDOWS,
    folder,
    signal,
    timeout: TIMEOUT,
  });
  git.input.end([...from, ...known.map((tip) => `^${tip}`), ''].join('\n'));
  const read: number[] = [];
  try {
    for await (const line of linesOf(git, MAX_LINE_LENGTH)) {
      // What was cut off may be half a hash.
      if (line.length === MAX_LINE_LENGTH) throw new GitError('failed', 'too many parents');
      const [date, hash = '', ...parents] = line.split(' ');
      read.push(graph.add(hash, Number(date), parents));
    }
  } catch (error) {
    if (!(error instanceof GitError) || error.reason !== 'failed') throw error;
    return false;
  }
  graph.settle(Uint32Array.from(read));
  return true;
}

/**
 * Where history is not whole git itself gives up: what is there is read, and what it names. Each
 * generation at once.
 */
async function walkObjectByObject(
  objects: GitObjects,
  graph: CommitGraph,
  from: readonly string[],
): Promise<void> {
  const seen = new Set(from);
  for (let generation = [...seen]; generation.length > 0;) {
    const named: string[] = [];
    let index = 0;
    for await (const object of objects.readAll(generation)) {
      const hash = generation[index] ?? '';
      index += 1;
      if (!object) continue;
      const header = new ObjectHeader(object);
      const older = header.fields(object.type === 'commit' ? 'parent' : 'object');
      if (object.type === 'commit') {
        const date = header.signature('committer')?.seconds ?? 0;
        graph.add(hash, Math.max(0, date), older);
      }
      if (object.type === 'commit' || object.type === 'tag') named.push(...older);
    }
    generation = [...new Set(named)].filter(
      (hash) => !seen.has(hash) && graph.find(hash) === undefined,
    );
    for (const hash of generation) seen.add(hash);
  }
  graph.settle(graph.all);
}
