import type { Action, ActionQuery } from '../action.js';
import type { Connection } from '../connection.js';
import type { AnswerReader } from '../http/answer.reader.js';
import type { Repository, RepositoryReference } from '../repository.js';
import { conversationAction, type ConversationType } from './conversation.mapper.js';
import { projectOf, repositoryId } from './gitlab.address.js';
import type { GitlabApi, GitlabScope } from './gitlab.api.js';
import { approvalAction, commitAction, releaseAction } from './gitlab.mapper.js';
import { MergedCommits } from './merged.commits.js';
import type { Listing } from './page.step.js';
import { ProjectFeatures } from './project.features.js';

/** The lists that answer a question, and what becomes of their items. */
export class Listings {
  private readonly merged = new MergedCommits();
  private readonly features: ProjectFeatures;
  private readonly references: ReadonlyMap<string, RepositoryReference>;

  constructor(
    private readonly api: GitlabApi,
    private readonly connection: Connection,
    private readonly query: ActionQuery,
    repositories: readonly Repository[],
  ) {
    this.features = new ProjectFeatures(api);
    this.references = new Map(repositories.map((one) => [one.id, referenceOf(one)]));
  }

  /** Also where only commits are asked for: they are told which merge request they came with. */
  mergeRequests(scope: GitlabScope): Listing {
    const areAsked = this.query.types.includes('pull_request');
    const adds = 'GitLab does not tell which merge requests the commits came with';
    return {
      kinds: areAsked ? ['pull_request'] : ['commit'],
      repositories: this.placesOf(scope),
      isTurnedOff: () => this.features.isTurnedOff('merge_requests', scope.project),
      ...(!areAsked && { adds }),
      read: (page) => this.api.mergeRequests(scope, this.query, page),
      collect: (items) => {
        for (const item of items) this.merged.remember(item);
        if (!areAsked) return [];
        return items.flatMap((item) => this.conversation(item, 'pull_request'));
      },
    };
  }

  issues(scope: GitlabScope): Listing {
    return {
      kinds: ['issue'],
      repositories: this.placesOf(scope),
      isTurnedOff: () => this.features.isTurnedOff('issues', scope.project),
      read: (page) => this.api.issues(scope, this.query, page),
      collect: (items) => items.flatMap((item) => this.conversation(item, 'issue')),
    };
  }

  /** Only members approve, so what is not in the list of projects is of a membership that is over. */
  approvals(scope: GitlabScope): Listing {
    return {
      kinds: ['review'],
      repositories: this.placesOf(scope),
      read: (page) => this.api.mergeRequestEvents(scope, this.query, page),
      collect: (items) =>
        items.flatMap((event) => {
          const id = repositoryId(this.connection.baseUrl, event.number('project_id'));
          const repository = this.references.get(id);
          return (repository && approvalAction(event, repository)) ?? [];
        }),
    };
  }

  releases(repository: Repository): Listing {
    const { id } = repository;
    const reference = referenceOf(repository);
    return {
      kinds: ['release'],
      repositories: [id],
      isTurnedOff: () => this.features.isTurnedOff('releases', projectOf(id)),
      read: (page) => this.api.releases(projectOf(id), page),
      collect: (items) => items.flatMap((item) => releaseAction(item, reference) ?? []),
      isPast: (items) => {
        const oldest = items.at(-1)?.optionalInstant('released_at');
        return oldest !== undefined && Date.parse(oldest) < this.query.since.getTime();
      },
    };
  }

  /** Everybody's, whoever is asked for: GitLab's filter for authors knows no co-authors. */
  commits(repository: Repository): Listing {
    const { id } = repository;
    const { merged } = this;
    const context = { repository: referenceOf(repository), viewer: this.connection.viewer, merged };
    return {
      kinds: ['commit'],
      repositories: [id],
      isTurnedOff: () => this.features.isTurnedOff('repository', projectOf(id)),
      read: (page) => this.api.commits(projectOf(id), this.query, page),
      collect: (items) => items.map((item) => commitAction(item, context)),
    };
  }

  private conversation(item: AnswerReader, type: ConversationType): Action[] {
    const action = conversationAction(item, type, this.connection.baseUrl, this.query);
    return action ? [action] : [];
  }

  private placesOf({ project }: GitlabScope): readonly string[] | undefined {
    return project === undefined ? undefined : [repositoryId(this.connection.baseUrl, project)];
  }
}

function referenceOf({ id, fullName, url }: Repository): RepositoryReference {
  return { id, fullName, url };
}
