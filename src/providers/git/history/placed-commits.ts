/** A commit of a window, and where in the repository it stands. */
export interface PlacedCommit {
  readonly sha: string;
  /** Seconds since 1970; undefined where git could not read them. */
  readonly committedAt?: number;
  readonly parents: number;
  /** It is on the default or a release branch, or a release has it. */
  readonly merged: boolean;
  /** The branch that it is on, where it is on none of those. */
  readonly branch?: string;
  /** The merge that brought it to the default branch. */
  readonly mergedBy?: string;
}

/** The commits of a window: each is told when it is asked for, and nobody keeps it. */
export class PlacedCommits {
  constructor(
    private readonly commits: Uint32Array,
    private readonly place: (commit: number) => PlacedCommit,
    private readonly hashOf: (commit: number) => string,
  ) {}

  get length(): number {
    return this.commits.length;
  }

  at(index: number): PlacedCommit | undefined {
    const commit = this.commits[index];
    return commit === undefined ? undefined : this.place(commit);
  }

  hashes(start: number, end: number): string[] {
    return Array.from(this.commits.subarray(start, end), this.hashOf);
  }
}
