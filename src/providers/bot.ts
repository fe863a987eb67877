import type { Action, Author } from './action.js';

const BOT_NAMES = new Set([
  'aider',
  'copilot',
  'cursor agent',
  'dependabot',
  'dependabot-preview',
  'github actions',
  'github-actions',
  'gopher robot',
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
  // Assistants that write along, as their own tools name them in Co-authored-by.
  'codex@openai.com',
  'copilot@github.com',
  'cursoragent@cursor.com',
  'gemini-cli-agent@google.com',
  'gemini@google.com',
  'gobot@golang.org',
  'noreply@aider.chat',
  'noreply@anthropic.com',
  'noreply@cursor.com',
  'noreply@openai.com',
  'noreply@opencode.ai',
  'openhands@all-hands.dev',
  'renovate@whitesourcesoftware.com',
  'snyk-bot@snyk.io',
  'support@dependabot.com',
]);
/** https://docs.gitlab.com/user/project/settings/project_access_tokens/#bot-users-for-projects */
const GITLAB_TOKEN_BOT = /^(?:project|group)_\d+_bot[\w.-]*(?:@|$)/;

/** Copilot in its three forms, the coding agent, the chat and the command line: `id+Copilot`. */
const COPILOT = /^(?:198982749|175728472|223556219)\+copilot@users\.noreply\.github\.com$/;
/** `TDesign bot`, `release-bot`, `gitlab_support-bot`; somebody may well be called Bot. */
const CALLED_BOT = /(?: bot|[-_](?:bot|Bot))$/;
/** https://docs.gitlab.com/user/profile/service_accounts/ and GitLab's own accounts. */
const GITLAB_SERVICE =
  /^(?:service_account(?:_group|_project)?_[\w.-]+|(?:support|alert|migration|security|automation|llm)-bot\d*)(?:@|$)/;

/** Whether a name, login or address is one that programs go by. */
export function isBot({ name, email, login }: Omit<Author, 'bot'>): boolean {
  const address = email?.toLowerCase() ?? '';
  const names = [name, login ?? ''].map((text) => text.toLowerCase());
  return (
    names.some((text) => text.endsWith('[bot]') || BOT_NAMES.has(text)) ||
    BOT_ADDRESSES.has(address) ||
    COPILOT.test(address) ||
    [name, login ?? ''].some((text) => CALLED_BOT.test(text)) ||
    [...names, address].some((text) => GITLAB_TOKEN_BOT.test(text) || GITLAB_SERVICE.test(text))
  );
}

/** Nobody but programs: where one of them worked together with a person it is the person's work, too. */
export const isOfBotsOnly = ({
  author,
  coAuthors,
}: Pick<Action, 'author' | 'coAuthors'>): boolean =>
  author.bot && coAuthors.every(({ bot }) => bot);
