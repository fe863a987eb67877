import { describe, expect, it } from '@jest/globals';
import { logEntry } from '../../../test/support/log-entry.js';
import type { LogEntry } from './git.log.js';
import { GitWebAddress } from './git.web-address.js';
import { MergedBranches } from './merged-branches.js';

const entry = (sha: string, subject: string, more: Partial<LogEntry> = {}): LogEntry =>
  logEntry({ sha, subject, ...more });

/** How a commit arrived that the merge of this subject brought. */
const broughtBy = (subject: string, more: Partial<LogEntry> = {}, own = 'parse alternates') => {
  const branches = new MergedBranches(GitWebAddress.fromRemote('https://github.com/o/r'));
  branches.arrivalOf(entry('merge', subject, { parents: 2, ...more }));
  return branches.arrivalOf(entry('part', own, { mergedBy: 'merge' }));
};

describe('what a merge brought', () => {
  it('came with its pull request', () => {
    const pull = { number: 7, title: 'Nested globs', url: 'https://github.com/o/r/pull/7' };
    expect(broughtBy('Merge pull request #7 from ada/topic', { body: 'Nested globs' })).toEqual({
      pullRequest: pull,
      mergedBy: 'merge',
    });
  });

  it.each(["Merge branch 'jk/globs'", "Merge remote-tracking branch 'ada/globs' into HEAD"])(
    'is one piece of work by %j',
    (subject) => {
      expect(broughtBy(subject)).toEqual({ pullRequest: undefined, mergedBy: 'merge' });
    },
  );

  it.each([
    "Merge branch '3.0.x'",
    "Merge branch 'release/2.4' into main",
    "Merge branch 'main' of https://example.com/o/r",
    "Merge remote-tracking branch 'origin/main' into next",
    "Merge branch 'next'",
    "Merge tag 'v2'",
  ])('is many pieces of work by %j', (subject) => {
    expect(broughtBy(subject)).toEqual({ pullRequest: undefined });
  });

  it('keeps the pull request that its own message names', () => {
    const branches = new MergedBranches(GitWebAddress.fromRemote('https://github.com/o/r'));
    branches.arrivalOf(entry('merge', "Merge branch 'jk/globs'", { parents: 2 }));
    const committer = { name: 'GitHub', email: 'noreply@github.com' };
    const part = entry('part', 'Nested globs (#8)', { mergedBy: 'merge', committer });
    expect(branches.arrivalOf(part).pullRequest?.number).toBe(8);
  });

  it('is nothing of a repository without merges', () => {
    const branches = new MergedBranches(undefined);
    expect(branches.arrivalOf(entry('one', 'Add export'))).toEqual({ pullRequest: undefined });
  });
});
