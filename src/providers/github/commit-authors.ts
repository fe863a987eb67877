import { DomainError } from '../../errors/domain.error.js';
import type { People } from '../people.js';
import type { Step, StepOutcome } from '../step.js';
import type { GithubApi } from './github.api.js';
import { isPassing } from './github.error.js';
import { BOT_SUFFIX } from './github.mapper.js';
import { GraphqlUnavailable } from './graphql.unavailable.js';
import type { Account, CommitAuthor } from './slice.query.js';

export interface CommitAuthors {
  /** What to ask the histories for, one question for each; `undefined` stands for everyone's commits. */
  readonly known: readonly (CommitAuthor | undefined)[];
  /** Logins whose ids are not known: {@link AccountStep}. */
  readonly unknown: readonly string[];
}

/** An account is asked for by its id: GitHub then looks for all of its addresses, known here or not. */
export function commitAuthors(people: People): CommitAuthors {
  // Apps have no id of the kind that histories take, so their commits are picked out of everyone's.
  const asksApp = people.logins.some((login) => login.endsWith(BOT_SUFFIX));
  if (people.everyone || asksApp) return { known: [undefined], unknown: [] };
  const { viewer } = people;
  const unknown = people.logins.filter((login) => login !== viewer?.login.toLowerCase());
  const own = viewer && unknown.length < people.logins.length ? [viewer] : [];
  const accounts = own.map(({ login, id }) => ({ login, id }));
  const addresses = people.emails.length > 0 ? [{ emails: people.emails }] : [];
  return { known: [...accounts, ...addresses], unknown };
}

/** What failed is asked for once more. */
const LAST_ROUND = 1;

/** Finds the accounts of logins, which leads to reading their commits. */
export class AccountStep implements Step {
  readonly kinds = ['commit'] as const;

  /** @param repositories The ids of those whose commits are to be read. */
  constructor(
    private readonly api: GithubApi,
    private readonly logins: readonly string[],
    readonly repositories: readonly string[],
    private readonly commitsOf: (accounts: readonly Account[]) => Step[],
    private readonly round = 0,
  ) {}

  async run(): Promise<StepOutcome> {
    const { api, logins, repositories, commitsOf, round } = this;
    try {
      return { next: commitsOf(await this.accounts()) };
    } catch (error) {
      if (error instanceof GraphqlUnavailable) {
        return { next: commitsOf(logins.map((login) => ({ login }))) };
      }
      if (round === LAST_ROUND || !isPassing(error)) throw error;
      return { next: [new AccountStep(api, logins, repositories, commitsOf, round + 1)] };
    }
  }

  /** Those who have an account; a login nobody has made no commits. */
  private async accounts(): Promise<Account[]> {
    const { api, logins } = this;
    const declarations = logins.map((_, index) => `$login${index}: String!`).join(', ');
    const fields = logins.map((_, index) => `u${index}: user(login: $login${index}) { id }`);
    const variables = Object.fromEntries(logins.map((login, index) => [`login${index}`, login]));
    const query = `query(${declarations}) { ${fields.join(' ')} }`;
    const { data, errors } = await api.query(query, variables);
    if (!data || errors.some(({ type }) => type !== 'NOT_FOUND')) {
      throw new DomainError('provider_failed', 'GitHub did not say whose these logins are');
    }
    return logins.flatMap((login, index) => {
      const id = data.optionalObject(`u${index}`)?.text('id');
      return id === undefined ? [] : { login, id };
    });
  }
}
