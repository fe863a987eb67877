import { createHash } from 'node:crypto';
import type { LogEntry } from '../git.log.js';
import type { History } from './history.js';

/**
 * Tells a change that is on several branches once: what was cherry-picked or rebased keeps its author,
 * the second in which it was written and its title. The first that is asked about is the one that
 * counts. What stands on top of another commit of the same second is work of its own, and so is what
 * was made beside it: a copy stands elsewhere, or was made later.
 */
export class ChangeFilter {
  private readonly seen = new Map<number, string>();

  constructor(private readonly history: History) {}

  isNew({ sha, author, authoredAt, subject }: LogEntry): boolean {
    if (authoredAt === '' || subject === '') return true;
    const told = JSON.stringify([author.name, author.email, authoredAt, subject]);
    const key = createHash('sha1').update(told).digest().readUIntBE(0, 6);
    const first = this.seen.get(key);
    if (first === undefined) {
      this.seen.set(key, sha);
      return true;
    }
    return (
      this.history.areTwins(sha, first) ||
      this.history.isAncestor(sha, first) ||
      this.history.isAncestor(first, sha)
    );
  }
}
