import type { Author, AuthorFilter } from '../action.js';
import type { Person } from './person.js';
import { plainLine } from './plain-text.js';

/** https://docs.github.com/en/account-and-profile/reference/email-addresses-reference: `login@` and `id+login@`. */
const GITHUB_NOREPLY = /^(?:\d+\+)?([a-z\d](?:[a-z\d_-]*)(?:\[bot\])?)@users\.noreply\.github\./;
/** https://docs.gitlab.com/user/profile/#use-an-automatically-generated-private-commit-email: `id-login@`. */
const GITLAB_NOREPLY = /^\d+-([a-z\d_][a-z\d_.-]*)@users\.noreply\.gitlab\./;

const BOT_SUFFIX = '[bot]';
const BOT_NAMES = new Set([
  'dependabot',
  'dependabot-preview',
  'github actions',
  'github-actions',
  'greenkeeper',
  'renovate',
  'renovate bot',
  'semantic-release-bot',
  'snyk-bot',
]);
const BOT_ADDRESSES = new Set([
  'action@github.com',
  'actions@github.com',
  'bot@renovateapp.com',
  'noreply@anthropic.com',
  'renovate@whitesourcesoftware.com',
  'snyk-bot@snyk.io',
  'support@dependabot.com',
]);
/** https://docs.gitlab.com/user/project/settings/project_access_tokens/#bot-users-for-projects */
const GITLAB_TOKEN_BOT = /^(?:project|group)_\d+_bot[\w.-]*@/;

/** The login that a provider's noreply address carries. */
export function loginOf(email: string): string | undefined {
  const address = email.toLowerCase();
  return (GITHUB_NOREPLY.exec(address) ?? GITLAB_NOREPLY.exec(address))?.[1];
}

export function authorOf(person: Person): Author {
  const login = loginOf(person.email);
  const email = plainLine(person.email);
  const name = plainLine(person.name) || login || email || 'unknown';
  return {
    ...(login !== undefined && { login }),
    name,
    ...(email !== '' && { email }),
    bot: isBot(name, email, login),
  };
}

/** Whether an action is one the filter asks for, by its author or any co-author. */
export function authorMatcher(filter: AuthorFilter): (people: readonly Author[]) => boolean {
  if (filter.everyone) return () => true;
  const names = new Set(filter.names.flatMap((name) => [name, loginOf(name) ?? name]));
  return (people) =>
    people.some(
      ({ login, name, email }) =>
        (email !== undefined && names.has(email.toLowerCase())) ||
        (login !== undefined && names.has(login)) ||
        names.has(name.toLowerCase()),
    );
}

function isBot(name: string, email: string, login?: string): boolean {
  const address = email.toLowerCase();
  return (
    name.endsWith(BOT_SUFFIX) ||
    (login !== undefined && (login.endsWith(BOT_SUFFIX) || BOT_NAMES.has(login))) ||
    BOT_NAMES.has(name.toLowerCase()) ||
    BOT_ADDRESSES.has(address) ||
    GITLAB_TOKEN_BOT.test(address)
  );
}
