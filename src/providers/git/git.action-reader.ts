import type { Action, ActionQuery, Author } from '../action.js';
import { authorMatcher } from './git.author.js';
import { readLog, startLog } from './git.log.js';
import { commitAction, releaseAction } from './git.mapper.js';
import type { GitProcess } from './git.process.js';
import type { OpenRepository } from './git.source.js';
import { readTags, startTags } from './git.tags.js';
import { LineCounter } from './line-counter.js';
import { Mailmap } from './mailmap.js';

/** What git itself records; pull requests, issues and reviews live with the hosts. */
export const GIT_ACTION_TYPES = ['commit', 'release'] as const;

const MAX_BATCH = 200;

/**
 * The actions of one repository, in batches while git runs. All runs of git end with the iteration,
 * however it ends. What is missing of actions is told to `onGap`, in words for people. Throws
 * `GitError`, or the signal's reason.
 */
export async function* readActions(
  { folder, describe, hasFiles }: OpenRepository,
  query: ActionQuery,
  signal: AbortSignal,
  onGap: (reason: string) => void,
): AsyncGenerator<Action[], void> {
  let log: GitProcess | undefined;
  let tags: GitProcess | undefined;
  const mailmap = new Mailmap(folder, signal);
  const counter = hasFiles ? new LineCounter(folder, signal) : undefined;
  const wanted = actionFilter(query);
  try {
    if (query.types.includes('commit')) log = await startLog(folder, query, signal);
    if (query.types.includes('release')) tags = await startTags(folder, signal);
    const about = await describe();
    for await (const entries of log ? readLog(log, query) : []) {
      const people = await mailmap.canonical(entries.flatMap(({ coAuthors }) => coAuthors));
      const actions = entries.map((entry) =>
        commitAction(entry, people.splice(0, entry.coAuthors.length), about),
      );
      const matching = actions.filter(wanted);
      const counts = await counter?.count(matching.map(({ sha = '' }) => sha));
      yield* inBatches(matching.map((action) => ({ ...action, ...counts?.get(action.sha ?? '') })));
    }
    for await (const entries of tags ? readTags(tags, query) : []) {
      const taggers = await mailmap.canonical(entries.map(({ tagger }) => tagger));
      const actions = entries.map((tag, index) =>
        releaseAction(tag, taggers[index] ?? tag.tagger, about),
      );
      yield* inBatches(actions.filter(wanted));
    }
    if (counter?.gap !== undefined) onGap(counter.gap);
  } finally {
    await Promise.all([log?.stop(), tags?.stop(), mailmap.close(), counter?.close()]);
  }
}

function actionFilter({ authors, includeBots }: ActionQuery): (action: Action) => boolean {
  const matches = authorMatcher(authors);
  return ({ author, coAuthors }) => {
    const people: Author[] = [author, ...coAuthors];
    return (includeBots || !author.bot) && matches(people);
  };
}

function* inBatches(actions: Action[]): Generator<Action[], void> {
  for (let start = 0; start < actions.length; start += MAX_BATCH) {
    yield actions.slice(start, start + MAX_BATCH);
  }
}
