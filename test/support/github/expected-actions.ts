import type { ActionQuery, ActionType } from '../../../src/providers/action.js';
import {
  addressesOf,
  fullNameOf,
  type GithubWorld,
  personByEmail,
  personByLogin,
  type WorldConversation,
  type WorldRepository,
} from './world.js';

/**
 * The ids of the actions that a question about a world is to be answered with, worked out from the
 * world alone: whoever wrote, opened, reviewed or published something inside the window.
 */
export function expectedActions(world: GithubWorld, query: ActionQuery, host: string): string[] {
  const chosen = query.repositories?.map(({ id }) => id);
  return world.repositories
    .filter(({ vanished }) => !vanished)
    .flatMap((repository) => {
      const id = `github:${host}/${fullNameOf(repository).toLowerCase()}`;
      if (chosen && !chosen.includes(id)) return [];
      return doings(world, repository)
        .filter(({ type }) => query.types.includes(type))
        .filter(({ at }) => isWithin(query, at))
        .filter(({ email, login }) => isWanted(world, query, login, email))
        .map(({ type, key }) => `${id}#${type}:${key}`);
    })
    .filter((id, index, all) => all.indexOf(id) === index)
    .sort();
}

interface Doing {
  readonly type: ActionType;
  readonly key: string;
  readonly at: string;
  readonly login?: string;
  readonly email?: string;
}

function doings(world: GithubWorld, repository: WorldRepository): Doing[] {
  const { commits, conversations, releases } = repository;
  return [
    ...commits.map(({ sha, author, committedAt }) => ({
      type: 'commit' as const,
      key: sha,
      at: committedAt,
      email: author.email,
      login: personByEmail(world, author.email)?.login,
    })),
    ...conversations.flatMap(conversationDoings),
    ...releases
      .filter(({ publishedAt }) => publishedAt !== undefined)
      .map(({ tag, author, publishedAt = '' }) => ({
        type: 'release' as const,
        key: tag,
        at: publishedAt,
        login: author,
      })),
  ];
}

function conversationDoings(talk: WorldConversation): Doing[] {
  const moments = [talk.createdAt, talk.mergedAt ?? talk.closedAt].filter((at) => at !== undefined);
  return [
    ...moments.map((at) => ({
      type: talk.type,
      key: String(talk.number),
      at,
      login: talk.author,
    })),
    ...talk.reviews.map(({ id, author, submittedAt }) => ({
      type: 'review' as const,
      key: id,
      at: submittedAt,
      login: author,
    })),
  ];
}

function isWithin({ since, until }: ActionQuery, at: string): boolean {
  const time = Date.parse(at);
  return time >= since.getTime() && time < until.getTime();
}

function isWanted(
  world: GithubWorld,
  { authors, includeBots }: ActionQuery,
  login?: string,
  email?: string,
): boolean {
  const person = login === undefined ? undefined : personByLogin(world, login);
  if (person?.bot && !includeBots) return false;
  if (authors.everyone) return true;
  const viewer = personByLogin(world, world.viewer);
  const viewersNames = [viewer.login, ...addressesOf(viewer)].map((name) => name.toLowerCase());
  const asksViewer = authors.viewer || authors.names.some((name) => viewersNames.includes(name));
  if (asksViewer && person === viewer) return true;
  return [login, email].some((name) => name && authors.names.includes(name.toLowerCase()));
}
