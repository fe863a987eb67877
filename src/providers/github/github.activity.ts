import type { Action, ActionQuery, ActionType } from '../action.js';
import type { ActionBatch } from '../base.fetcher.js';
import type { Connection } from '../connection.js';
import type { Repository } from '../repository.js';
import { commitAuthors } from './commit-authors.js';
import { conversationSteps } from './conversation.searches.js';
import { CoverageLedger } from './coverage.ledger.js';
import type { GithubApi } from './github.api.js';
import { People } from './people.js';
import type { Slice } from './slice.query.js';
import { sliceSteps } from './slice.step.js';
import type { Gap, Step } from './step.js';
import { runSteps } from './step.runner.js';
import { isWithin, type TimeWindow } from './time-window.js';

/** Of the 20 that the way out lets through at once for a credential; what else it asks must get through too. */
const MAX_STEPS_AT_ONCE = 16;
const FOUND_BY_LOGIN: readonly ActionType[] = ['pull_request', 'issue', 'review', 'release'];

/** One reading of what happened on GitHub: which requests it takes, and what of the answers counts. */
export class GithubActivity {
  private readonly window: TimeWindow;
  private readonly people: People;
  private readonly seen = new Set<string>();

  constructor(
    private readonly api: GithubApi,
    private readonly connection: Connection,
    private readonly query: ActionQuery,
  ) {
    this.window = { since: query.since, until: query.until };
    this.people = new People(query.authors, connection.viewer);
  }

  /** @param repositories Those to be read: the chosen ones, or all. */
  async *read(repositories: readonly Repository[]): AsyncGenerator<ActionBatch> {
    const ledger = new CoverageLedger(repositories, this.query.types);
    for (const gap of this.gapsOfPeople()) ledger.miss(gap);
    const within = this.placesAmong(repositories);
    const steps = await this.steps(repositories);
    for (const step of steps) ledger.expect(step);
    yield { actions: [], coverage: ledger.takeEnded(), total: repositories.length };

    let successes = 0;
    let firstError: Error | undefined;
    for await (const { step, outcome, error } of runSteps(steps, MAX_STEPS_AT_ONCE)) {
      if (error) firstError ??= error;
      else successes += 1;
      for (const next of outcome.next ?? []) ledger.expect(next);
      for (const gap of outcome.gaps ?? []) ledger.miss(gap);
      ledger.settle(step);
      const actions = (outcome.actions ?? []).filter(
        (action) => (!within || within.has(action.repository.id)) && this.isWanted(action),
      );
      yield { actions, coverage: ledger.takeEnded() };
    }
    if (firstError && successes === 0) throw firstError;
  }

  private async steps(repositories: readonly Repository[]): Promise<Step[]> {
    if (this.people.nobody || repositories.length === 0) return [];
    const apiUrl = this.connection.baseUrl;
    const scope = { repositories, query: this.query, people: this.people };
    const slices = await this.slices(repositories);
    return [
      ...conversationSteps(this.api, apiUrl, scope),
      ...sliceSteps(this.api, this.window, slices),
    ];
  }

  /** Only of repositories somebody pushed to since the window began: the others have no commit in it. */
  private async slices(repositories: readonly Repository[]): Promise<Slice[]> {
    const { types, since } = this.query;
    const active = repositories.filter(
      ({ pushedAt }) => pushedAt === undefined || Date.parse(pushedAt) >= since.getTime(),
    );
    if (active.length === 0) return [];
    const authors = types.includes('commit') ? await commitAuthors(this.api, this.people) : [];
    return active.flatMap((repository) => [
      ...authors.map((author): Slice => ({ repository, kind: 'commit', author })),
      ...(types.includes('release') ? [{ repository, kind: 'release' as const }] : []),
    ]);
  }

  /** Each action once: searches overlap, and a page may begin with what the one before ended with. */
  private isWanted(action: Action): boolean {
    const { author, coAuthors } = action;
    if (!isWithin(this.window, action.timestamp)) return false;
    if (author.bot && !this.query.includeBots) return false;
    if (!this.people.include([author, ...coAuthors])) return false;
    if (this.seen.has(action.id)) return false;
    this.seen.add(action.id);
    return true;
  }

  /**
   * Where actions count; undefined: anywhere. People's work is also in repositories of others, which
   * no list names. Everyone's in all of an owner's public repositories would be nobody's question.
   */
  private placesAmong(repositories: readonly Repository[]): ReadonlySet<string> | undefined {
    if (!this.query.repositories && !this.people.everyone) return undefined;
    return new Set(repositories.map(({ id }) => id));
  }

  private gapsOfPeople(): Gap[] {
    const kinds = FOUND_BY_LOGIN.filter((kind) => this.query.types.includes(kind));
    if (this.people.emails.length === 0 || kinds.length === 0) return [];
    return [{ kinds, reason: 'GitHub finds these by login, not by e-mail address', total: false }];
  }
}
