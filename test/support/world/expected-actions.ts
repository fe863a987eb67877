import type { ActionQuery, ActionType } from '../../../src/providers/action.js';
import {
  addressesOf,
  type World,
  personByLogin,
  type WorldConversation,
  type WorldPerson,
  type WorldRepository,
  type WorldReview,
  type WorldSignature,
} from './world.js';

/** How a provider tells of a world. */
export interface Telling {
  /** `Repository.id` */
  readonly repositoryId: (repository: WorldRepository) => string;
  /** What stands for a review in `Action.id`; absent: the world's own id. */
  readonly reviewKey?: (review: WorldReview) => string;
  /** The login it knows the address of a commit by. */
  readonly loginOf: (email: string) => string | undefined;
  /** Whether who asks for a co-author's work finds the commits, too. */
  readonly creditsCoAuthors: boolean;
}

/**
 * The ids of the actions that a question about a world is to be answered with, worked out from the
 * world alone: whoever wrote, opened, reviewed or published something inside the window.
 */
export function expectedActions(world: World, query: ActionQuery, telling: Telling): string[] {
  const chosen = query.repositories?.map(({ id }) => id);
  return world.repositories
    .filter(({ vanished }) => !vanished)
    .flatMap((repository) => {
      const id = telling.repositoryId(repository);
      if (chosen && !chosen.includes(id)) return [];
      return doings(repository, telling)
        .filter(({ type }) => query.types.includes(type))
        .filter(({ at }) => isWithin(query, at))
        .filter((doing) => isWanted(world, query, telling, doing))
        .map(({ type, key }) => `${id}#${type}:${key}`);
    })
    .filter((id, index, all) => all.indexOf(id) === index)
    .sort();
}

interface Doing {
  readonly type: ActionType;
  readonly key: string;
  readonly at: string;
  readonly author: Someone;
  readonly coAuthors?: readonly Someone[];
}

interface Someone {
  readonly login?: string;
  readonly email?: string;
}

function doings({ commits, conversations, releases }: WorldRepository, telling: Telling): Doing[] {
  const someone = ({ email }: WorldSignature): Someone => ({
    email,
    login: telling.loginOf(email),
  });
  return [
    ...commits.map(({ sha, author, coAuthors, committedAt }) => ({
      type: 'commit' as const,
      key: sha,
      at: committedAt,
      author: someone(author),
      coAuthors: coAuthors.map(someone),
    })),
    ...conversations.flatMap((talk) => conversationDoings(talk, telling)),
    ...releases
      .filter(({ publishedAt }) => publishedAt !== undefined)
      .map(({ tag, author, publishedAt = '' }) => ({
        type: 'release' as const,
        key: tag,
        at: publishedAt,
        author: { login: author },
      })),
  ];
}

function conversationDoings(
  talk: WorldConversation,
  { reviewKey = ({ id }) => id }: Telling,
): Doing[] {
  const moments = [talk.createdAt, talk.mergedAt ?? talk.closedAt].filter((at) => at !== undefined);
  return [
    ...moments.map((at) => ({
      type: talk.type,
      key: String(talk.number),
      at,
      author: { login: talk.author },
    })),
    ...talk.reviews.map((review) => ({
      type: 'review' as const,
      key: reviewKey(review),
      at: review.submittedAt,
      author: { login: review.author },
    })),
  ];
}

function isWithin({ since, until }: ActionQuery, at: string): boolean {
  const time = Date.parse(at);
  return time >= since.getTime() && time < until.getTime();
}

function isWanted(
  world: World,
  { authors, includeBots }: ActionQuery,
  { creditsCoAuthors }: Telling,
  { author, coAuthors = [] }: Doing,
): boolean {
  // Who worked together with a bot keeps the work.
  const isOfBotsOnly = [author, ...coAuthors].every((one) => accountOf(world, one)?.bot);
  if (isOfBotsOnly && !includeBots) return false;
  if (authors.everyone) return true;
  const viewer = personByLogin(world, world.viewer);
  const viewersNames = [viewer.login, ...addressesOf(viewer)].map((name) => name.toLowerCase());
  const asksViewer = authors.viewer || authors.names.some((name) => viewersNames.includes(name));
  return [author, ...(creditsCoAuthors ? coAuthors : [])].some((someone) => {
    if (asksViewer && accountOf(world, someone) === viewer) return true;
    const names = [someone.login, someone.email].map((name) => name?.toLowerCase());
    return names.some((name) => name && authors.names.includes(name));
  });
}

function accountOf(world: World, { login }: Someone): WorldPerson | undefined {
  return login === undefined ? undefined : personByLogin(world, login);
}
