import type { Author } from './action.js';

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
const GITLAB_TOKEN_BOT = /^(?:project|group)_\d+_bot[\w.-]*(?:@|$)/;

/** Whether a name, login or address is one that programs go by. */
export function isBot({ name, email, login }: Omit<Author, 'bot'>): boolean {
  const address = email?.toLowerCase() ?? '';
  const names = [name, login ?? ''].map((text) => text.toLowerCase());
  return (
    names.some((text) => text.endsWith('[bot]') || BOT_NAMES.has(text)) ||
    BOT_ADDRESSES.has(address) ||
    [...names, address].some((text) => GITLAB_TOKEN_BOT.test(text))
  );
}
