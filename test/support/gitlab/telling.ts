import { loginOf } from '../../../src/providers/noreply-address.js';
import type { Telling } from '../world/expected-actions.js';
import {
  addressesOf,
  personByLogin,
  type World,
  type WorldPerson,
  type WorldRepository,
} from '../world/world.js';

/** GitLab's logins have no brackets; a project's token acts as a user of this name. */
export const usernameOf = ({ id, login, bot }: WorldPerson): string =>
  bot ? `project_${String(id)}_bot_0123456789abcdef` : login;

export const projectIdOf = (world: World, repository: WorldRepository): number =>
  1_000 + world.repositories.indexOf(repository);

/** `PRR_3_12`: the event that GitLab has instead of a review. */
export function eventIdOf({ id }: { readonly id: string }): number {
  const [, repository, number] = id.split('_').map(Number);
  return (repository ?? 0) * 100_000 + (number ?? 0);
}

/** A commit names an address, and GitLab tells only the viewer which ones are theirs. */
export function gitlabTelling(world: World, host: string): Telling {
  const viewer = personByLogin(world, world.viewer);
  return {
    repositoryId: (one) => `gitlab:${host}/${String(projectIdOf(world, one))}`,
    reviewKey: (review) => String(eventIdOf(review)),
    loginOf: (email) => (addressesOf(viewer).includes(email) ? viewer.login : loginOf(email)),
    creditsCoAuthors: true,
  };
}
