import { hash } from 'node:crypto';
import type { LogEntry } from '../git.log.js';
import type { History } from './history.js';

/** Of history, to find out what stands on top of what: about a tenth of a second. */
const MAX_STEPS = 500_000;

/**
 * Tells a change that is on several branches once: what was cherry-picked or rebased keeps its author,
 * the second in which it was written and its title. The first that is asked about is the one that
 * counts. What stands on top of another commit of the same second is work of its own, and so is what
 * was made beside it: a copy stands elsewhere, or was made later. Where that takes too long to find
 * out it is rather told twice than not at all.
 */
export class ChangeFilter {
  /** The number of the last commit that was told, by what copies have in common. */
  private readonly told = new Map<number, number>();
  private readonly steps = { left: MAX_STEPS };

  constructor(private readonly history: History) {}

  isNew({ sha, author, authoredAt, subject }: LogEntry): boolean {
    const commit = this.history.numberOf(sha);
    if (authoredAt === '' || subject === '' || commit === undefined) return true;
    const common = JSON.stringify([author.name, author.email, authoredAt, subject]);
    const key = hash('sha1', common, 'buffer').readUIntBE(0, 6);
    const other = this.told.get(key);
    const isNew = other === undefined || this.isNoCopy(commit, other);
    if (isNew) this.told.set(key, commit);
    return isNew;
  }

  private isNoCopy(commit: number, other: number): boolean {
    return (
      this.history.areTwins(commit, other) ||
      (this.history.isAncestor(commit, other, this.steps) ?? true) ||
      (this.history.isAncestor(other, commit, this.steps) ?? true)
    );
  }
}
