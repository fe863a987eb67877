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

/** The commits of a window, told a few at a time. */
export class PlacedCommits {
  constructor(
    private readonly commits: Uint32Array,
    private readonly place: (commit: number) => PlacedCommit,
  ) {}

  get length(): number {
    return this.commits.length;
  }

  slice(start: number, end: number): PlacedCommit[] {
    return Array.from(this.commits.subarray(start, end), this.place);
  }
}
