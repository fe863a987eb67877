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
import { commitAuthors } from './commit-authors.js';
import { conversationSteps } from './conversation.searches.js';
import type { GithubApi } from './github.api.js';
import type { Slice } from './slice.query.js';
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
    yield* readActivity([await this.steps(repositories)], ledger, sieve);
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
