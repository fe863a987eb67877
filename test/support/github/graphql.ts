import { schema as github } from '@octokit/graphql-schema';
import { buildASTSchema, execute, GraphQLError, parse, validate } from 'graphql';
import {
  addressesOf,
  fullNameOf,
  isCalled,
  type World,
  personByEmail,
  type WorldCommit,
  type WorldConversation,
  type WorldRepository,
} from '../world/world.js';

const SCHEMA = buildASTSchema(parse(github.idl, { noLocation: true }), { assumeValidSDL: true });

export interface GraphqlRequest {
  readonly query: string;
  readonly variables?: Record<string, unknown>;
}

/** What is wrong with a query by GitHub's own schema; undefined when nothing. */
export function violationOfQuery({ query }: GraphqlRequest): string | undefined {
  const [error] = validate(SCHEMA, parse(query));
  return error?.message;
}

/** GitHub's GraphQL over a world. Its errors carry their type beside the message, not in extensions. */
export async function graphqlAnswer(
  world: World,
  { query, variables }: GraphqlRequest,
  origin: string,
): Promise<unknown> {
  const { data, errors } = await execute({
    schema: SCHEMA,
    document: parse(query),
    variableValues: variables,
    rootValue: new Root(world, origin),
  });
  if (!errors) return { data };
  const shown = errors.map(({ message, path, extensions }) => ({
    type: extensions.type,
    path,
    message,
  }));
  return { data, errors: shown };
}

interface PageArguments {
  readonly first: number;
  readonly after?: string | null;
}

interface HistoryArguments extends PageArguments {
  readonly since?: string;
  readonly until?: string;
  readonly author?: { readonly id?: string; readonly emails?: readonly string[] };
}

/** The fields of `Query` that are used, resolved by graphql-js's default resolvers. */
class Root {
  constructor(
    private readonly world: World,
    private readonly origin: string,
  ) {}

  user({ login }: { login: string }) {
    const person = this.world.people.find((one) => one.login.toLowerCase() === login.toLowerCase());
    if (!person || person.bot) throw notFound(`Could not resolve to a User with ${login}.`);
    return { id: `U_${String(person.id)}`, login: person.login, name: person.name };
  }

  repository({ owner, name }: { owner: string; name: string }) {
    const wanted = `${owner}/${name}`;
    const repository = this.world.repositories.find(
      (one) => isCalled(one, wanted) && !one.vanished,
    );
    if (!repository) throw notFound(`Could not resolve to a Repository with ${wanted}.`);
    return {
      defaultBranchRef: repository.commits.length > 0 && {
        target: {
          __typename: 'Commit',
          history: (asked: HistoryArguments) => this.history(repository, asked),
        },
      },
      releases: (asked: PageArguments) => this.releases(repository, asked),
    };
  }

  nodes({ ids }: { ids: readonly string[] }) {
    return ids.map((id) => {
      for (const repository of this.world.repositories) {
        for (const conversation of repository.conversations) {
          if (id === `PR_${fullNameOf(repository)}#${String(conversation.number)}`) {
            return this.pullRequest(repository, conversation);
          }
        }
      }
      return null;
    });
  }

  /** By committer date, both ends included, as `git log` has it; an author's name in trailers is no author. */
  private history({ commits, ...repository }: WorldRepository, asked: HistoryArguments) {
    const { since = '', until = '9', author } = asked;
    const emails = author?.id
      ? this.world.people.filter(({ id }) => `U_${String(id)}` === author.id).flatMap(addressesOf)
      : author?.emails;
    const matching = commits.filter(
      (commit) =>
        commit.committedAt >= since &&
        commit.committedAt <= until &&
        (!emails || emails.includes(commit.author.email)),
    );
    return page(matching, asked, (commit) => this.commit({ commits, ...repository }, commit));
  }

  private commit(repository: WorldRepository, commit: WorldCommit) {
    const pull = repository.conversations.find(({ number }) => number === commit.pullRequest);
    return {
      oid: commit.sha,
      url: `${this.origin}/${fullNameOf(repository)}/commit/${commit.sha}`,
      message: commit.message,
      committedDate: commit.committedAt,
      parents: { totalCount: commit.parents },
      authors: {
        nodes: [commit.author, ...commit.coAuthors].map(({ name, email }) => {
          const person = personByEmail(this.world, email);
          return { name, email, user: person && !person.bot ? { login: person.login } : null };
        }),
      },
      associatedPullRequests: { nodes: pull ? [this.pullRequest(repository, pull)] : [] },
    };
  }

  private pullRequest(repository: WorldRepository, pull: WorldConversation) {
    const url = `${this.origin}/${fullNameOf(repository)}`;
    return {
      __typename: 'PullRequest',
      number: pull.number,
      title: pull.title,
      url: `${url}/pull/${String(pull.number)}`,
      merged: pull.mergedAt !== undefined,
      repository: { nameWithOwner: fullNameOf(repository), url },
      reviews: (asked: PageArguments & { author?: string | null }) => {
        const wanted = asked.author?.toLowerCase();
        const reviews = pull.reviews.filter(
          ({ author }) => !wanted || graphqlLogin(author).toLowerCase() === wanted,
        );
        return page(reviews, asked, (review) => ({
          ...review,
          body: '',
          url: `${url}/pull/${String(pull.number)}#${review.id}`,
          author: this.actor(review.author),
        }));
      },
    };
  }

  private releases(repository: WorldRepository, asked: PageArguments) {
    const newest = [...repository.releases].sort((one, other) =>
      other.createdAt.localeCompare(one.createdAt),
    );
    return page(newest, asked, (release) => ({
      name: null,
      tagName: release.tag,
      url: `${this.origin}/${fullNameOf(repository)}/releases/tag/${release.tag}`,
      description: 'What is new',
      isDraft: release.publishedAt === undefined,
      createdAt: release.createdAt,
      publishedAt: release.publishedAt ?? null,
      author: this.actor(release.author),
    }));
  }

  private actor(login: string) {
    const person = this.world.people.find((one) => one.login === login);
    const __typename = person?.bot ? 'Bot' : 'User';
    return { __typename, login: graphqlLogin(login), name: person?.name };
  }
}

/** GraphQL calls apps by their plain names. */
function graphqlLogin(login: string): string {
  return login.replace('[bot]', '');
}

function page<T>(list: readonly T[], { first, after }: PageArguments, show: (item: T) => unknown) {
  const start = Number(after ?? 0);
  const end = Math.min(list.length, start + first);
  return {
    pageInfo: { hasNextPage: end < list.length, endCursor: end > start ? String(end) : null },
    nodes: list.slice(start, end).map(show),
  };
}

function notFound(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { type: 'NOT_FOUND' } });
}
