import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import type { CommitGraph } from './commit-graph.js';
import type { GitRef, GitRefs } from './git.refs.js';
import { type PlacedCommit, PlacedCommits } from './placed-commits.js';
import { type ReleaseTag, releasesAmong } from './release-tags.js';
import type { TagObject } from './tag-object.js';
import { isReleaseBranch } from './version-name.js';
import { edgeOf, type WindowEdge } from './window.edge.js';

/** A repository's commits as they have been read so far. */
export interface ReadHistory {
  readonly graph: CommitGraph;
  /** What annotated tags say, by the hash of the tag object. */
  readonly tags: ReadonlyMap<string, TagObject>;
  /** Commits are missing in the middle of it. */
  readonly damaged: boolean;
}

/** Seconds since 1970: from the first (inclusive) to the second (exclusive). */
export interface Seconds {
  readonly since: number;
  readonly until: number;
}

const SEEN = 1;
const MERGED = 2;
const DEFAULT = 4;
const STEPS_A_TURN = 50_000;
const NONE = 0xffff_ffff;

/** What a repository's branches and tags reach, at one moment. */
export class History {
  private readonly graph: CommitGraph;

  constructor(
    private readonly refs: GitRefs,
    private readonly read: ReadHistory,
  ) {
    this.graph = read.graph;
  }

  /** Why it is not whole, in words for people. */
  get gaps(): string[] {
    const { branches, tags, gaps } = this.refs;
    const lost = [
      ...branches.map((ref) => ({ ...ref, kind: 'branch' })),
      ...tags.map((ref) => ({ ...ref, kind: 'tag' })),
    ].filter(({ object }) => !this.knows(object));
    const [first] = lost;
    const others = lost.length > 1 ? ` (and ${lost.length - 1} more)` : '';
    return [
      ...gaps,
      ...(first
        ? [
            `The ${first.kind} ${first.name}${others} could not be read: what it names is missing or damaged.`,
          ]
        : []),
      ...(this.read.damaged
        ? ['Commits of the history are missing: the repository is damaged.']
        : []),
    ];
  }

  /** There is neither a branch nor a tag, nor a commit that HEAD is on. */
  get isEmpty(): boolean {
    const { branches, tags, detached, gaps } = this.refs;
    return branches.length + tags.length + detached.length + gaps.length === 0;
  }

  /** Commits are missing, or there are references and none of them can be read. */
  get isBroken(): boolean {
    return (
      this.read.damaged || (!this.isEmpty && this.everything.length + this.read.tags.size === 0)
    );
  }

  /** Whether a branch or tag that names this object could be read. */
  knows(object: string): boolean {
    return this.graph.find(object) !== undefined || this.read.tags.has(object);
  }

  /** Where what is here ends. @param since Seconds since 1970. */
  edge(since: number): WindowEdge {
    return edgeOf(
      this.graph,
      { trusted: this.mergedTips().defaults, others: this.everything },
      since,
    );
  }

  get defaultBranch(): string | undefined {
    return this.refs.defaultBranch;
  }

  /** The date of the newest commit that is not newer than that, in seconds since 1970. */
  async newest(until: number): Promise<number | undefined> {
    const marks = new Uint8Array(this.graph.size);
    await this.mark(this.everything, marks, SEEN, 0);
    let newest: number | undefined;
    for (let commit = 0; commit < marks.length; commit += 1) {
      const date = this.graph.dateOf(commit);
      if (!marks[commit] || !this.graph.isDated(commit) || date > until) continue;
      newest = Math.max(newest ?? 0, date);
    }
    return newest;
  }

  /** When a commit was made, in seconds since 1970. */
  dateOf(sha: string | undefined): number | undefined {
    const commit = sha === undefined ? undefined : this.graph.find(sha);
    return commit !== undefined && this.graph.isDated(commit)
      ? this.graph.dateOf(commit)
      : undefined;
  }

  releases(): ReleaseTag[] {
    return releasesAmong(this.refs.tags, this.read.tags, this.graph);
  }

  /**
   * The commits of a window: those of the default branch first, then what else is merged, then what is
   * not, each newest first. Of undated ones nobody knows whether they belong to it: they are there too.
   */
  async commits(window: Seconds): Promise<PlacedCommits> {
    const { graph } = this;
    const marks = new Uint8Array(graph.size);
    const { defaults, released } = this.mergedTips();
    await this.mark(defaults, marks, SEEN | MERGED | DEFAULT, window.since);
    await this.mark(released, marks, SEEN | MERGED, window.since);
    await this.mark(this.everything, marks, SEEN, window.since);
    const chosen: number[] = [];
    for (let commit = 0; commit < marks.length; commit += 1) {
      const date = graph.dateOf(commit);
      const inside = !graph.isDated(commit) || (date >= window.since && date < window.until);
      if (marks[commit] && inside && graph.isRead(commit)) chosen.push(commit);
    }
    const rank = (commit: number): number => -(marks[commit] ?? 0);
    chosen.sort(
      (one, other) =>
        rank(one) - rank(other) || graph.dateOf(other) - graph.dateOf(one) || one - other,
    );
    const branches = this.branchesOf(marks, window.since);
    const merges = this.mergesOf(defaults, marks.length, window.since);
    const place = (commit: number): PlacedCommit => {
      const merge = merges[commit] ?? NONE;
      return {
        sha: graph.hashOf(commit),
        committedAt: graph.isDated(commit) ? graph.dateOf(commit) : undefined,
        parents: graph.parentsOf(commit).length,
        merged: ((marks[commit] ?? 0) & MERGED) !== 0,
        branch: branches.get(commit),
        mergedBy: merge === NONE || merge === commit ? undefined : graph.hashOf(merge),
      };
    };
    return new PlacedCommits(Uint32Array.from(chosen), place, (commit) => graph.hashOf(commit));
  }

  /** The hashes of a commit's parents; undefined where one of them is not here. */
  parentsOf(sha: string): string[] | undefined {
    const commit = this.graph.find(sha);
    if (commit === undefined) return undefined;
    const parents = [...this.graph.parentsOf(commit)];
    if (!parents.every((parent) => this.graph.isRead(parent))) return undefined;
    return parents.map((parent) => this.graph.hashOf(parent));
  }

  /** The number of a commit that has been read. */
  numberOf(sha: string): number | undefined {
    return this.graph.find(sha);
  }

  /**
   * Whether one commit came before another, both by their numbers. Undefined if to find that takes more
   * steps than are left.
   */
  isAncestor(older: number, newer: number, steps: { left: number }): boolean | undefined {
    const date = this.graph.isDated(older) ? this.graph.dateOf(older) : 0;
    const seen = new Set([newer]);
    // A set gives what is added while it is gone through, too.
    for (const commit of seen) {
      if (commit === older) return true;
      if (steps.left <= 0) return undefined;
      steps.left -= 1;
      for (const parent of this.graph.parentsOf(commit)) {
        if (this.graph.reaches(parent, date)) seen.add(parent);
      }
    }
    return false;
  }

  /** Whether two commits were made in the same second upon the same ones: then neither is a copy. */
  areTwins(one: number, other: number): boolean {
    const [parents, others] = [one, other].map((commit) => this.graph.parentsOf(commit).join());
    return parents === others && this.graph.dateOf(one) === this.graph.dateOf(other);
  }

  private get everything(): number[] {
    const { branches, tags, detached } = this.refs;
    const objects = [...branches, ...tags].map(({ object }) => object);
    return this.numbersOf([...objects, ...detached]);
  }

  private mergedTips(): { defaults: number[]; released: number[] } {
    const { branches, detached, mainBranch } = this.refs;
    const own = branches.filter(isOfTheProject(branches));
    const objectsOf = (which: (name: string) => boolean): string[] =>
      own.filter(({ name }) => which(name)).map(({ object }) => object);
    const defaults = objectsOf((name) => name === mainBranch);
    const releases = this.releases().map(({ commit, object }) => commit ?? object);
    return {
      // Where there is no branch, what is checked out is all there is.
      defaults: this.numbersOf(branches.length > 0 ? defaults : detached),
      released: this.numbersOf([...objectsOf(isReleaseBranch), ...releases]),
    };
  }

  private numbersOf(objects: readonly string[]): number[] {
    return objects.flatMap((object) => {
      const commit = this.read.tags.get(object)?.commit ?? object;
      return this.graph.find(commit) ?? [];
    });
  }

  /** Marks what is reached from somewhere, as far as anything may be as new as that. */
  private async mark(
    from: readonly number[],
    marks: Uint8Array,
    bits: number,
    since: number,
  ): Promise<void> {
    const waiting = [...from];
    let steps = 0;
    for (let commit = waiting.pop(); commit !== undefined; commit = waiting.pop()) {
      if (((marks[commit] ?? 0) & bits) === bits || !this.graph.reaches(commit, since)) continue;
      marks[commit] = (marks[commit] ?? 0) | bits;
      waiting.push(...this.graph.parentsOf(commit));
      steps += 1;
      if (steps % STEPS_A_TURN === 0) await yieldToEventLoop();
    }
  }

  /** The branch that each commit that is not merged is nearest to. */
  private branchesOf(marks: Uint8Array, since: number): ReadonlyMap<number, string> {
    const branches = new Map<number, string>();
    const add = (commit: number, name: string): void => {
      const merged = ((marks[commit] ?? 0) & MERGED) !== 0;
      if (merged || branches.has(commit) || !this.graph.reaches(commit, since)) return;
      branches.set(commit, name);
    };
    for (const { name, object } of this.refs.branches) {
      const tip = this.graph.find(object);
      if (tip !== undefined) add(tip, name);
    }
    // A map gives what is added while it is gone through, too: the nearest first.
    for (const [commit, name] of branches) {
      for (const parent of this.graph.parentsOf(commit)) add(parent, name);
    }
    return branches;
  }

  /** The merge on the default branch that brought each commit; its own number for what was made there. */
  private mergesOf(defaults: readonly number[], size: number, since: number): Uint32Array {
    const merges = new Uint32Array(size).fill(NONE);
    const isNew = (commit: number): boolean =>
      merges[commit] === NONE && this.graph.reaches(commit, since);
    for (const tip of defaults) {
      const chain: number[] = [];
      for (let next: number | undefined = tip; next !== undefined && isNew(next);) {
        chain.push(next);
        [next] = this.graph.parentsOf(next);
      }
      for (const merge of chain.reverse()) {
        merges[merge] = merge;
        const brought = [...this.graph.parentsOf(merge).subarray(1)];
        for (let commit = brought.pop(); commit !== undefined; commit = brought.pop()) {
          if (!isNew(commit)) continue;
          merges[commit] = merge;
          brought.push(...this.graph.parentsOf(commit));
        }
      }
    }
    return merges;
  }
}

/** Somebody else's `main`, fetched from their fork, is not the project's. */
function isOfTheProject(branches: readonly GitRef[]): (branch: GitRef) => boolean {
  const hasOrigin = branches.some(({ remote }) => remote === 'origin');
  return ({ remote }) =>
    !hasOrigin || remote === undefined || remote === 'origin' || remote === 'upstream';
}
