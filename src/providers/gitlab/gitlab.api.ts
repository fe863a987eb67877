import {
  Commits,
  Events,
  GroupMembers,
  Issues,
  MergeRequests,
  PersonalAccessTokens,
  ProjectReleases,
  Projects,
  UserEmails,
  Users,
} from '@gitbeaker/rest';
import { PROVIDER_TITLES } from '../connection.js';
import { AnswerReader } from '../http/answer.reader.js';
import type { OutboundHttp } from '../http/outbound-http.js';
import { withoutTrailingSlashes } from '../trailing-slashes.js';
import type { TimeWindow } from '../time-window.js';
import { gitlabRequester } from './gitlab.requester.js';

const GITLAB = PROVIDER_TITLES.gitlab;
/** GitLab's own largest page. */
const PAGE_SIZE = 100;
const DAY = 86_400_000;

export interface GitlabAccess {
  /** The server's address: `https://gitlab.com`, `https://git.example.org/gitlab`. */
  readonly baseUrl: string;
  readonly token?: string;
}

/** One page of a list. */
export interface GitlabPage {
  readonly items: readonly AnswerReader[];
  /** The number of the page after it. */
  readonly next?: number;
  /** The number of the last page, where GitLab counted: it does not past 10,000 items, nor commits. */
  readonly last?: number;
}

/** Whose, and where: both absent means everyone's, everywhere the token can see. */
export interface GitlabScope {
  /** A login. */
  readonly author?: string;
  /** A project's number. */
  readonly project?: number;
}

/** GitLab as one credential sees it, until the signal aborts. Errors are `DomainError`s. */
export class GitlabApi {
  private readonly users: Users;
  private readonly addresses: UserEmails;
  private readonly tokens: PersonalAccessTokens;
  private readonly members: GroupMembers;
  private readonly projectList: Projects;
  private readonly commitList: Commits;
  private readonly releaseList: ProjectReleases;
  private readonly mergeRequestList: MergeRequests;
  private readonly issueList: Issues;
  private readonly eventList: Events;

  constructor(http: OutboundHttp, { baseUrl, token = '' }: GitlabAccess, signal: AbortSignal) {
    const host = withoutTrailingSlashes(baseUrl);
    const fetch = http.fetchFor({ provider: 'gitlab', baseUrl: host, credential: token });
    // As a bearer any kind of token is accepted. Limits and time-outs are those of the way out.
    const options = {
      host,
      oauthToken: token,
      requesterFn: gitlabRequester(fetch, signal),
      rateLimits: {},
      queryTimeout: null,
    };
    this.users = new Users(options);
    this.addresses = new UserEmails(options);
    this.tokens = new PersonalAccessTokens(options);
    this.members = new GroupMembers(options);
    this.projectList = new Projects(options);
    this.commitList = new Commits(options);
    this.releaseList = new ProjectReleases(options);
    this.mergeRequestList = new MergeRequests(options);
    this.issueList = new Issues(options);
    this.eventList = new Events(options);
  }

  async viewer(): Promise<AnswerReader> {
    return new AnswerReader(GITLAB, await this.users.showCurrentUser());
  }

  /** The viewer's further addresses. */
  async emails(): Promise<AnswerReader[]> {
    return new AnswerReader(GITLAB, await this.addresses.all()).items();
  }

  /** What GitLab tells of the personal access token itself. */
  async token(): Promise<AnswerReader> {
    return new AnswerReader(GITLAB, await this.tokens.show());
  }

  /** What a user is to a group, directly or through one above it. */
  async member(group: string, user: number): Promise<AnswerReader> {
    const member = await this.members.show(group, user, { includeInherited: true });
    return new AnswerReader(GITLAB, member);
  }

  /** Every project the viewer is a member of, directly or through a group; page after page by keyset. */
  async projects(): Promise<AnswerReader[]> {
    const projects = await this.projectList.all({
      membership: true,
      pagination: 'keyset',
      orderBy: 'id',
      sort: 'asc',
      perPage: PAGE_SIZE,
    });
    return new AnswerReader(GITLAB, projects).items();
  }

  async project(project: number): Promise<AnswerReader> {
    return new AnswerReader(GITLAB, await this.projectList.show(project));
  }

  /** Oldest first. What was opened, merged or closed in the window is among what was updated since. */
  async mergeRequests(
    { author, project }: GitlabScope,
    { since, until }: TimeWindow,
    page: number,
  ): Promise<GitlabPage> {
    const filter = {
      ...touched(since, until),
      ...(author !== undefined && { authorUsername: author }),
      ...onePage(page),
    };
    return pageOf(
      await (project === undefined
        ? this.mergeRequestList.all(filter)
        : this.mergeRequestList.all({ ...filter, projectId: project })),
    );
  }

  /** The same for issues, those of archived projects too. */
  async issues(
    { author, project }: GitlabScope,
    { since, until }: TimeWindow,
    page: number,
  ): Promise<GitlabPage> {
    const filter = {
      ...touched(since, until),
      nonArchived: false,
      ...(author !== undefined && { authorUsername: author }),
      ...onePage(page),
    };
    return pageOf(
      await (project === undefined
        ? this.issueList.all(filter)
        : this.issueList.all({ ...filter, projectId: project })),
    );
  }

  /** What somebody did to merge requests, or what was done in a project; oldest first. */
  async mergeRequestEvents(
    { author, project }: GitlabScope,
    { since, until }: TimeWindow,
    page: number,
  ): Promise<GitlabPage> {
    const filter = {
      targetType: 'merge_request' as const,
      sort: 'asc' as const,
      // Whole days, neither of them included, in the server's own time zone.
      after: dayOf(since.getTime() - 2 * DAY),
      before: dayOf(until.getTime() + 2 * DAY),
      ...onePage(page),
    };
    return pageOf(
      await (project === undefined
        ? this.eventList.all({ ...filter, userId: author ?? '' })
        : this.eventList.all({ ...filter, projectId: project })),
    );
  }

  /** By committer date, of all branches; newest first. */
  async commits(project: number, { since, until }: TimeWindow, page: number): Promise<GitlabPage> {
    const filter = { all: true, since: since.toISOString(), until: until.toISOString() };
    return pageOf(await this.commitList.all(project, { ...filter, ...onePage(page) }));
  }

  /** Newest first. */
  async releases(project: number, page: number): Promise<GitlabPage> {
    const order = { orderBy: 'released_at', sort: 'desc' } as const;
    return pageOf(await this.releaseList.all(project, { ...order, ...onePage(page) }));
  }
}

/** Ordered by creation, so that nothing moves to another page while we read. */
function touched(since: Date, until: Date) {
  return {
    scope: 'all' as const,
    updatedAfter: since.toISOString(),
    createdBefore: until.toISOString(),
    orderBy: 'created_at' as const,
    sort: 'asc' as const,
  };
}

/** A page named by number is the only one gitbeaker reads. */
function onePage(page: number) {
  return { page, perPage: PAGE_SIZE, pagination: 'offset', showExpanded: true } as const;
}

function pageOf(answer: {
  readonly data: unknown;
  readonly paginationInfo?: { readonly next: number | null; readonly totalPages: number };
}): GitlabPage {
  const items = new AnswerReader(GITLAB, answer.data).items();
  const { next, totalPages } = answer.paginationInfo ?? {};
  return {
    items,
    ...(next && { next }),
    ...(totalPages && { last: totalPages }),
  };
}

function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}
