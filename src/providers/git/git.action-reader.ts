import type { Action, ActionQuery } from '../action.js';
import { isOfBotsOnly } from '../bot.js';
import type { Person } from '../person.js';
import { GitAuthors } from './git.author.js';
import { readLog } from './git.log.js';
import { commitAction, releaseAction } from './git.mapper.js';
import { GitError } from './git.process.js';
import type { OpenRepository } from './git.source.js';
import { readTags } from './git.tags.js';
import { ChangeFilter } from './history/change.filter.js';
import type { CommitGraphCache } from './history/commit-graph.cache.js';
import { LineCounter } from './line-counter.js';
import { Mailmap } from './mailmap.js';
import { MergedBranches } from './merged-branches.js';
import type { ReadingReport } from './reading-report.js';

/** What git itself records; pull requests, issues and reviews live with the hosts. */
export const GIT_ACTION_TYPES = ['commit', 'release'] as const;

/** What a user is told where history ends before it should. */
export const CUT_OFF = 'It is a shallow clone: older history is not here.';

const MAX_BATCH = 200;

/**
 * The actions of one repository, in batches while git runs. All runs of git end with the iteration,
 * however it ends; what is to be said besides stands in the report then. Throws `GitError`, or the
 * signal's reason.
 */
export async function* readActions(
  { folder, describe, sized }: OpenRepository,
  graphs: CommitGraphCache,
  query: ActionQuery,
  signal: AbortSignal,
  report: ReadingReport,
): AsyncGenerator<Action[], void> {
  const mailmap = new Mailmap(folder, signal);
  const counter = new LineCounter(folder, signal, sized);
  try {
    const [history, about] = await Promise.all([graphs.read(folder, signal), describe()]);
    report.gaps.push(...history.gaps);
    if (folder.window && history.edge(toSeconds(query.since)).newest !== undefined) {
      report.gaps.push(CUT_OFF);
    }
    const authors = await GitAuthors.of(query.authors, mailmap);
    const isWanted = (action: Action, written: readonly Person[]): boolean => {
      const names = authors.among([action.author, ...action.coAuthors], written);
      if (!names) return false;
      const isLeftOut = !query.includeBots && isOfBotsOnly(action);
      if (isLeftOut) report.bots += 1;
      else for (const name of names) report.matched.add(name);
      return !isLeftOut;
    };
    if (query.types.includes('commit')) {
      const changes = new ChangeFilter(history);
      const merges = new MergedBranches(about.address);
      const seconds = { since: toSeconds(query.since), until: toSeconds(query.until) };
      const commits = await history.commits(seconds);
      if (commits.length > 0) counter.prepare();
      for await (const entries of readLog(folder, commits, query, signal)) {
        const fresh = entries.filter((entry) => changes.isNew(entry));
        const people = await mailmap.canonical(fresh.flatMap(({ coAuthors }) => coAuthors));
        const actions = fresh.map((entry) =>
          commitAction(
            entry,
            people.splice(0, entry.coAuthors.length),
            merges.arrivalOf(entry),
            about,
          ),
        );
        const matching = actions.filter((action, index) => {
          const entry = fresh[index];
          return isWanted(action, entry ? [entry.writtenBy, ...entry.coAuthors] : []);
        });
        const single = matching.filter(({ merge }) => !merge);
        const counts = await counter.count(single.map(({ sha = '' }) => sha));
        yield* inBatches(
          matching.map((action) => ({ ...action, ...counts.get(action.sha ?? '') })),
        );
      }
    }
    if (query.types.includes('release')) {
      for await (const entries of readTags(folder, history, query, signal)) {
        const taggers = await mailmap.canonical(entries.map(({ tagger }) => tagger));
        const actions = entries.map((tag, index) =>
          releaseAction(tag, taggers[index] ?? tag.tagger, about),
        );
        yield* inBatches(
          actions.filter((action, index) =>
            isWanted(action, entries[index] ? [entries[index].tagger] : []),
          ),
        );
      }
    }
    if (counter.gap !== undefined) report.gaps.push(counter.gap);
    if (history.isBroken) throw new GitError('failed', 'objects are missing');
  } finally {
    await Promise.all([mailmap.close(), counter.close()]);
  }
}

const toSeconds = (date: Date): number => Math.ceil(date.getTime() / 1000);

function* inBatches(actions: Action[]): Generator<Action[], void> {
  for (let start = 0; start < actions.length; start += MAX_BATCH) {
    yield actions.slice(start, start + MAX_BATCH);
  }
}
