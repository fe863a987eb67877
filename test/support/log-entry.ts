import type { LogEntry } from '../../src/providers/git/git.log.js';

const ADA = { name: 'Ada', email: 'ada@example.com' };

/** A commit as git's log tells it, on the default branch, with nothing in it but what is given. */
export const logEntry = (more: Partial<LogEntry> = {}): LogEntry => ({
  sha: 'a'.repeat(40),
  subject: '',
  parents: 1,
  merged: true,
  committedAt: 0,
  authoredAt: '0',
  author: ADA,
  writtenBy: ADA,
  committer: ADA,
  body: '',
  coAuthors: [],
  ...more,
});
