import type { ActionQuery, ActionType } from '../action.js';
import { ActionSieve } from '../action.sieve.js';
import { readActivity } from '../activity.reader.js';
import type { ActionBatch } from '../base.fetcher.js';
import type { Connection } from '../connection.js';
import { CoverageLedger } from '../coverage.ledger.js';
import { People } from '../people.js';
import type { Repository } from '../repository.js';
import type { Gap, Step } from '../step.js';
import type { TimeWindow } from '../time-window.js';
import { AccountStep, commitAuthors } from './commit-authors.js';
import { conversationSteps } from './conversation.searches.js';
import type { GithubApi } from './github.api.js';
import type { CommitAuthor, Slice } from './slice.query.js';
import { sliceSteps } from './slice.step.js';

/** Letters, digits and single hyphens; apps go by `name[bot]`. */
const LOGIN = /^[a-z\d](?:[a-z\d]|-(?=[a-z\d]))*(?:_[a-z\d]+)?(?:\[bot\])?$/;
const FOUND_BY_LOGIN: readonly ActionType[] = ['pull_request', 'issue', 'review', 'release'];

/** One reading of what happened on GitHub: which requests it takes, and what of the answers counts. */
export class GithubActivity {
  private readonly window: TimeWindow;
  private readonly people: People;

  constructor(
    private readonly api: GithubApi,
    private readonly connection: Connection,
    private readonly query: ActionQuery,
  ) {
    this.window = { since: query.since, until: query.until };
    this.people = new People(query.authors, connection.viewer, LOGIN);
  }

  /** @param repositories Those to be read: the chosen ones, or all. */
  async *read(repositories: readonly Repository[]): AsyncGenerator<ActionBatch> {
    const ledger = new CoverageLedger(repositories, this.query.types);
    for (const gap of this.gapsOfPeople()) ledger.miss(gap);
    const sieve = new ActionSieve(this.query, this.people, this.placesAmong(repositories));
    yield* readActivity([this.steps(repositories)], ledger, sieve);
  }

  private steps(repositories: readonly Repository[]): Step[] {
    if (this.people.nobody || repositories.length === 0) return [];
    const scope = { repositories, query: this.query, people: this.people };
    return [
      ...conversationSteps(this.api, this.connection.baseUrl, scope),
      ...this.historySteps(repositories),
    ];
  }

  /** Only of repositories somebody pushed to since the window began: the others have no commit in it. */
  private historySteps(repositories: readonly Repository[]): Step[] {
    const { types, since } = this.query;
    const active = repositories.filter(
      ({ pushedAt }) => pushedAt === undefined || Date.parse(pushedAt) >= since.getTime(),
    );
    const commitsOf = (authors: readonly (CommitAuthor | undefined)[]): Slice[] =>
      active.flatMap((repository) =>
        authors.map((author) => ({ repository, kind: 'commit', author })),
      );
    const stepsFor = (slices: readonly Slice[]) => sliceSteps(this.api, this.window, slices);
    const releases = types.includes('release')
      ? active.map((repository): Slice => ({ repository, kind: 'release' }))
      : [];
    if (!types.includes('commit')) return stepsFor(releases);
    const { known, unknown } = commitAuthors(this.people);
    const steps = stepsFor([...commitsOf(known), ...releases]);
    if (unknown.length === 0 || active.length === 0) return steps;
    const ids = active.map(({ id }) => id);
    return [
      new AccountStep(this.api, unknown, ids, (accounts) => stepsFor(commitsOf(accounts))),
      ...steps,
    ];
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
