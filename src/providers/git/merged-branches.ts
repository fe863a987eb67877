import type { PullRequestReference } from '../action.js';
import { isReleaseBranch } from './history/version-name.js';
import type { LogEntry } from './git.log.js';
import type { GitWebAddress } from './git.web-address.js';
import { pullRequestOf } from './pull-request.mention.js';

/** With what a commit came to the default branch. */
export interface Arrival {
  /** The pull request that its own message names, or that of the merge that brought it. */
  readonly pullRequest?: PullRequestReference;
  /** The merge of one piece of work that brought it. */
  readonly mergedBy?: string;
}

const MERGED_BRANCH = /^Merge (?:remote-tracking )?branch '(?:[\w.-]+\/)?([^']+)'/;
/** Branches on which many pieces of work come together. */
const LONG_LIVED = new Set(
  'dev develop development head integration main master next staging production trunk'.split(' '),
);

/**
 * Keeps what each merge brought: the commits of one pull request or of one branch are one piece of
 * work. What a merge of a release branch or of `develop` brings is many. Merges are to be asked for
 * before their commits, as a history tells them newest first.
 */
export class MergedBranches {
  private readonly merges = new Map<string, PullRequestReference | undefined>();

  constructor(private readonly address: GitWebAddress | undefined) {}

  arrivalOf(entry: LogEntry): Arrival {
    const { sha, mergedBy } = entry;
    const named = this.address && pullRequestOf(entry, this.address);
    if (entry.parents > 1 && (named ?? isOfTopic(entry.subject))) this.merges.set(sha, named);
    if (mergedBy === undefined || !this.merges.has(mergedBy)) return { pullRequest: named };
    return { pullRequest: named ?? this.merges.get(mergedBy), mergedBy };
  }
}

const isOfTopic = (subject: string): boolean => {
  const branch = MERGED_BRANCH.exec(subject)?.[1];
  return branch !== undefined && !LONG_LIVED.has(branch.toLowerCase()) && !isReleaseBranch(branch);
};
