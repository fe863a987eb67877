import type { People } from '../people.js';
import type { GithubApi } from './github.api.js';
import { BOT_SUFFIX } from './github.mapper.js';
import { GraphqlUnavailable } from './graphql.unavailable.js';
import type { Account, CommitAuthor } from './slice.query.js';

/**
 * What to ask the histories for, one question for each; `undefined` stands for everyone's commits.
 * An account is asked for by its id: GitHub then looks for all of its addresses, known here or not.
 */
export async function commitAuthors(
  api: GithubApi,
  people: People,
): Promise<(CommitAuthor | undefined)[]> {
  // Apps have no id of the kind that histories take, so their commits are picked out of everyone's.
  const asksApp = people.logins.some((login) => login.endsWith(BOT_SUFFIX));
  if (people.everyone || asksApp) return [undefined];
  const { viewer } = people;
  const others = people.logins.filter((login) => login !== viewer?.login.toLowerCase());
  const accounts = others.length > 0 ? await accountsOf(api, others) : [];
  if (viewer && others.length < people.logins.length) accounts.push(viewer);
  const addresses = people.emails.length > 0 ? [{ emails: people.emails }] : [];
  return [...accounts.map(({ login, id }) => ({ login, id })), ...addresses];
}

/** Those who have an account; a login nobody has made no commits. */
async function accountsOf(api: GithubApi, logins: readonly string[]): Promise<Account[]> {
  const declarations = logins.map((_, index) => `$login${index}: String!`).join(', ');
  const fields = logins.map((_, index) => `u${index}: user(login: $login${index}) { id }`);
  const variables = Object.fromEntries(logins.map((login, index) => [`login${index}`, login]));
  try {
    const { data } = await api.query(`query(${declarations}) { ${fields.join(' ')} }`, variables);
    return logins.flatMap((login, index) => {
      const id = data?.optionalObject(`u${index}`)?.text('id');
      return id === undefined ? [] : { login, id };
    });
  } catch (error) {
    if (error instanceof GraphqlUnavailable) return logins.map((login) => ({ login }));
    throw error;
  }
}
