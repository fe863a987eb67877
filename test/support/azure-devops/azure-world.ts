import type { World, WorldConversation, WorldPerson, WorldRepository } from '../world/world.js';

/** The organisation in which the emulated world stands. */
export const ORGANIZATION = 'fabrikam';

/** Pull requests and work items are numbered throughout an organisation. */
export const numberIn = (repository: number, conversation: number): number =>
  repository * 100_000 + conversation;

/** An account goes by its address; what builds has none. */
export const accountOf = ({ id, emails }: WorldPerson): string =>
  emails[0] ?? `Build\\${String(id)}`;

/**
 * A world as Azure DevOps knows it: people by the one address of their account, conversations by
 * numbers of the organisation. Commits stay as people made them.
 */
export function azureWorld(world: World): World {
  const accounts = new Map(world.people.map((person) => [person.login, accountOf(person)]));
  const account = (login: string): string => accounts.get(login) ?? login;
  const moved = (talk: WorldConversation, repository: number): WorldConversation => ({
    ...talk,
    number: numberIn(repository, talk.number),
    author: account(talk.author),
    reviews: talk.reviews.map((review) => ({ ...review, author: account(review.author) })),
  });
  return {
    viewer: account(world.viewer),
    people: world.people.map((person) => ({
      ...person,
      login: accountOf(person),
      emails: person.emails.slice(0, 1),
    })),
    repositories: world.repositories.map((repository, index): WorldRepository => ({
      ...repository,
      conversations: repository.conversations.map((talk) => moved(talk, index)),
      // There are none of repositories.
      releases: [],
    })),
  };
}
