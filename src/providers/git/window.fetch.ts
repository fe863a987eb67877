import { mkdir } from 'node:fs/promises';
import { Clone } from './clone.js';
import { GitError } from './git.process.js';
import type { CommitGraphCache } from './history/commit-graph.cache.js';
import { GitObjects } from './history/git.objects.js';
import type { History } from './history/history.js';
import { ObjectHeader } from './history/object-header.js';
import { entryOf } from './history/tree-entry.js';
import { OLDER_IN_A_ROW, type WindowEdge } from './history/window.edge.js';
import { writeRefs } from './host.refs.js';
import { runGit } from './run-git.js';
import { indexPack } from './index-pack.js';
import type { HostRefs, UploadPack } from './wire/upload-pack.js';

export interface RoundSizes {
  /** So many commits may come with the tips, so that a small repository needs no second round. */
  readonly firstCommits: number;
  /** How many generations of commits a later round brings at least. */
  readonly round: number;
}

export const ROUND_SIZES: RoundSizes = { firstCommits: 1_000, round: 16 };
const MAX_FIRST_DEPTH = 50;
/** How much deeper than all before it a round may go: how busy the days before were is a guess. */
const GROWTH = 8;
const RESERVE = 1.25;
/** From here on the host has less work with the whole history. */
const MAX_DEPTH = 5_000;
const MAX_ROUNDS = 8;
/** https://git-scm.com/docs/shallow: what git itself says for all there is. */
const EVERYTHING = 0x7fff_ffff;
/** Milliseconds. */
const INIT_TIMEOUT = 15_000;

/**
 * Brings a window of a repository's history from its host, without trees and files: first what branches
 * and tags name, then, round by round, the missing parents of the commits that belong to the window. Dates
 * alone would not do: `--shallow-since` cuts off all parents of a merge if one of them is older.
 */
export class WindowFetch {
  /** How many generations of commits have been asked for. */
  private depth = 0;

  private readonly clone: Clone;

  constructor(
    directory: string,
    private readonly graphs: CommitGraphCache,
    private readonly host: UploadPack,
    private readonly sizes: RoundSizes,
    private readonly signal: AbortSignal,
  ) {
    this.clone = new Clone(directory);
  }

  /** @param since Seconds since 1970. */
  async make(since: number): Promise<void> {
    await mkdir(this.clone.directory, { mode: 0o700 });
    await runGit({
      arguments: [
        'init',
        '--quiet',
        '--bare',
        '--template=',
        `--object-format=${this.host.objectFormat}`,
        this.clone.directory,
      ],
      signal: this.signal,
      timeout: INIT_TIMEOUT,
    });
    await this.clone.markAsWindow();
    await this.update(since);
  }

  /** Branches and tags as they are now, and all that they hold since then. @param since Seconds since 1970. */
  async update(since: number): Promise<void> {
    const refs = await this.host.refs(this.signal);
    const before = await this.history();
    const tips = new Set([...refs.refs.map(({ object }) => object), refs.head ?? []].flat());
    const objects = [...tips].filter((object) => !before.knows(object));
    const depth = Math.floor(this.sizes.firstCommits / Math.max(1, objects.length));
    await this.fetch({ objects, depth: Math.min(MAX_FIRST_DEPTH, Math.max(1, depth)) });
    await writeRefs(this.clone.directory, refs);
    const after = await this.history();
    if (objects.some((object) => !after.knows(object))) {
      throw new GitError('failed', 'what the host has sent cannot be read');
    }
    await this.deepen(after, since, refs);
  }

  private async deepen(begun: History, since: number, { head }: HostRefs): Promise<void> {
    const asked = new Set<string>();
    let history = begun;
    let mailmap = head;
    for (let round = 1; ; round += 1) {
      const edge = history.edge(since);
      // What a host has cut off itself is still missing when it has been asked for.
      const commits = edge.commits.filter((commit) => !asked.has(commit));
      mailmap &&= await this.missingOfMailmap(head);
      const further = mailmap === undefined || asked.has(mailmap) ? [] : [mailmap];
      const objects = [...commits, ...further];
      if (objects.length === 0) return;
      for (const object of objects) asked.add(object);
      const wanted = round > MAX_ROUNDS ? EVERYTHING : await this.nextDepth(history, edge, since);
      await this.fetch({ objects, depth: commits.length === 0 ? 1 : wanted });
      history = await this.history();
    }
  }

  /** As deep as the window should need, judged by how many generations the days took that are here. */
  private async nextDepth(history: History, edge: WindowEdge, since: number): Promise<number> {
    if (edge.newest === undefined) return this.sizes.round;
    const now = (await history.newest(Date.now() / 1000)) ?? 0;
    const [covered, left] = [Math.max(1, now - edge.newest), edge.newest - since];
    const known = Math.max(1, this.depth);
    const guess = Math.ceil((known * left * RESERVE) / covered) + OLDER_IN_A_ROW + 1;
    const depth = Math.max(this.sizes.round, Math.min(guess, known * GROWTH));
    return depth > MAX_DEPTH ? EVERYTHING : depth;
  }

  private async fetch(wish: { objects: readonly string[]; depth: number }): Promise<void> {
    if (wish.objects.length === 0) return;
    const pack = this.host.pack({ ...wish, filter: 'tree:0' }, this.signal);
    await indexPack(this.clone.folder, pack, this.signal);
    this.depth += wish.depth;
  }

  private history(): Promise<History> {
    return this.graphs.read(this.clone.folder, this.signal);
  }

  /** `HEAD:.mailmap`, or the tree that says whether there is one; undefined where nothing is missing. */
  private async missingOfMailmap(head = ''): Promise<string | undefined> {
    const objects = new GitObjects(this.clone.folder, this.signal);
    try {
      const commit = await objects.read(head);
      const hash = commit && new ObjectHeader(commit).field('tree');
      if (hash === undefined) return undefined;
      const tree = await objects.read(hash);
      if (!tree) return hash;
      const mailmap = entryOf(tree, '.mailmap', head.length / 2);
      return mailmap === undefined || (await objects.read(mailmap)) ? undefined : mailmap;
    } finally {
      await objects.close();
    }
  }
}
