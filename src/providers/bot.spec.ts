import { describe, expect, it } from '@jest/globals';
import { isBot, isOfBotsOnly } from './bot.js';

describe('isBot', () => {
  it.each([
    ['Copilot', '198982749+Copilot@users.noreply.github.com'],
    ['Copilot', '175728472+Copilot@users.noreply.github.com'],
    ['Someone', '223556219+Copilot@users.noreply.github.com'],
    ['Cursor', 'cursoragent@cursor.com'],
    ['Codex', 'codex@openai.com'],
    ['Gemini', 'gemini-cli-agent@google.com'],
    ['Gopher Robot', 'gobot@golang.org'],
    ['TDesign bot', 'tdesign@example.com'],
    ['GitLab Support', 'support-bot@example.com'],
    ['Deployer', 'service_account_group_345_0a1b@noreply.gitlab.example.com'],
  ])('knows %s <%s>', (name, email) => {
    expect(isBot({ name, email })).toBe(true);
  });

  it.each([
    ['Jan Bot', 'jan.bot@example.com'],
    ['Claude Shannon', 'claude@example.com'],
    ['Abbott', 'abbott@example.com'],
    ['Talbot', '7+copilot@users.noreply.gitlab.example.com'],
  ])('takes %s <%s> for a person', (name, email) => {
    expect(isBot({ name, email })).toBe(false);
  });
});

describe('isOfBotsOnly', () => {
  const bot = { name: 'Copilot', bot: true };
  const person = { name: 'Ada', bot: false };

  it('is false as soon as a person took part', () => {
    expect(isOfBotsOnly({ author: bot, coAuthors: [] })).toBe(true);
    expect(isOfBotsOnly({ author: bot, coAuthors: [bot] })).toBe(true);
    expect(isOfBotsOnly({ author: bot, coAuthors: [person] })).toBe(false);
    expect(isOfBotsOnly({ author: person, coAuthors: [bot] })).toBe(false);
  });
});
