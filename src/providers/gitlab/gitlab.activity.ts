import type { ActionQuery, ActionType } from '../action.js';
import { ActionSieve } from '../action.sieve.js';
import { readActivity } from '../activity.reader.js';
import type { ActionBatch } from '../base.fetcher.js';
import type { Connection } from '../connection.js';
import { CoverageLedger } from '../coverage.ledger.js';
import { People } from '../people.js';
import type { Repository } from '../repository.js';
import type { Gap, Step } from '../step.js';
import { projectOf } from './gitlab.address.js';
import type { GitlabApi, GitlabScope } from './gitlab.api.js';
import { Listings } from './listings.js';
import { PageStep } from './page.step.js';

/** https://docs.gitlab.com/user/reserved_names/#rules-for-usernames-project-and-group-names-and-slugs */
const LOGIN = /^[a-z\d_](?:[a-z\d_.-]*[a-z\d_])?$/;
const FOUND_BY_LOGIN: readonly ActionType[] = ['pull_request', 'issue', 'review', 'release'];
/** GitLab notes a project's activity once an hour at most (Event::RESET_PROJECT_ACTIVITY_INTERVAL). */
const ACTIVITY_LAG = 3_600_000;

/** One reading of what happened on GitLab: which requests it takes, and what of the answers counts. */
export class GitlabActivity {
  private readonly people: People;

  constructor(
    private readonly api: GitlabApi,
    private readonly connection: Connection,
    private readonly query: ActionQuery,
  ) {
    this.people = new People(query.authors, connection.viewer, LOGIN);
  }

  /** @param repositories Those to be read: the chosen ones, or all. */
  async *read(repositories: readonly Repository[]): AsyncGenerator<ActionBatch> {
    const ledger = new CoverageLedger(repositories, this.query.types);
    for (const gap of this.gapsOfPeople()) ledger.miss(gap);
    const sieve = new ActionSieve(this.query, this.people, this.placesAmong(repositories));
    yield* readActivity(this.stages(repositories), ledger, sieve);
  }

  /** Merge requests come first: they tell which of the commits are theirs. */
  private stages(repositories: readonly Repository[]): Step[][] {
    if (this.people.nobody) return [];
    const { types, since } = this.query;
    const active = repositories.filter(
      ({ pushedAt }) =>
        pushedAt === undefined || Date.parse(pushedAt) >= since.getTime() - ACTIVITY_LAG,
    );
    if (repositories.length === 0) return [];
    const listings = new Listings(this.api, this.connection, this.query, repositories);
    const asks = (type: ActionType): boolean => types.includes(type);
    const conversations = this.scopesAmong(active).flatMap((scope) => [
      ...(asks('pull_request') || asks('commit') ? [listings.mergeRequests(scope)] : []),
      ...(asks('issue') ? [listings.issues(scope)] : []),
      ...(asks('review') ? [listings.approvals(scope)] : []),
    ]);
    const releases = asks('release') ? active.map((one) => listings.releases(one)) : [];
    // Without a default branch there is no commit yet.
    const withCommits = active.filter(({ defaultBranch }) => defaultBranch !== undefined);
    const commits = asks('commit') ? withCommits.map((one) => listings.commits(one)) : [];
    return [[...conversations, ...releases], commits].map((stage) =>
      stage.map((listing) => new PageStep(listing)),
    );
  }

  /** People are asked for wherever they are, at once; everyone project by project. */
  private scopesAmong(active: readonly Repository[]): GitlabScope[] {
    if (!this.people.everyone) return this.people.logins.map((author) => ({ author }));
    return active.map(({ id }) => ({ project: projectOf(id) }));
  }

  /** Where actions count; undefined: anywhere. People's work is also in projects they are no members of. */
  private placesAmong(repositories: readonly Repository[]): ReadonlySet<string> | undefined {
    if (!this.query.repositories && !this.people.everyone) return undefined;
    return new Set(repositories.map(({ id }) => id));
  }

  private gapsOfPeople(): Gap[] {
    const { everyone, emails, logins, viewer } = this.people;
    const others = logins.filter((login) => login !== viewer?.login.toLowerCase());
    const gap = (kinds: readonly ActionType[], reason: string): Gap[] => {
      const asked = kinds.filter((kind) => this.query.types.includes(kind));
      return asked.length > 0 ? [{ kinds: asked, reason, total: false }] : [];
    };
    if (everyone) return [];
    return [
      ...(emails.length > 0
        ? gap(FOUND_BY_LOGIN, 'GitLab finds these by login, not by e-mail address')
        : []),
      ...(others.length > 0
        ? gap(['commit'], 'the commits of others are known by e-mail address, not by login')
        : []),
    ];
  }
}
