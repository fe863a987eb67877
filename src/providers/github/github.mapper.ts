import type { Author } from '../action.js';
import { isBot } from '../bot.js';
import type { AnswerReader } from '../http/answer.reader.js';
import { loginOf } from '../noreply-address.js';
import { plainLine } from '../plain-text.js';
import { webHostOf } from './github.address.js';
import type { CommitFacts, ReleaseFacts } from './slice.action.js';

export const BOT_SUFFIX = '[bot]';

/** GitHub's names know no upper and lower case, and people write both. */
export function repositoryId(apiUrl: string, fullName: string): string {
  return `github:${webHostOf(apiUrl)}/${fullName.toLowerCase()}`;
}

/** A `Commit` of {@link COMMIT_FIELDS}. */
export function commitFacts(commit: AnswerReader): CommitFacts {
  const [author = UNKNOWN, ...coAuthors] = commit.object('authors').list('nodes').map(gitAuthor);
  return {
    sha: commit.text('oid'),
    message: commit.text('message'),
    timestamp: commit.instant('committedDate'),
    url: commit.text('url'),
    author,
    coAuthors,
    parents: commit.object('parents').number('totalCount'),
    pullRequest: mergedPullRequest(commit),
  };
}

/** A `Release` of {@link RELEASE_FIELDS}. */
export function releaseFacts(release: AnswerReader): ReleaseFacts {
  return {
    tag: release.text('tagName'),
    name: release.optionalText('name'),
    description: release.optionalText('description'),
    draft: release.boolean('isDraft'),
    publishedAt: release.optionalInstant('publishedAt'),
    url: release.text('url'),
    author: actorAuthor(release.optionalObject('author')),
  };
}

/**
 * Someone with an account. The REST API calls an app `name[bot]` and its type `Bot`; GraphQL calls it
 * `name`, and only its kind of object tells it from a person of that name.
 */
export function actorAuthor(actor: AnswerReader | undefined): Author {
  if (!actor) return UNKNOWN;
  const app = actor.optionalText('__typename') === 'Bot';
  const login = app ? `${actor.text('login')}${BOT_SUFFIX}` : actor.text('login');
  const name = plainLine(actor.optionalText('name') ?? login);
  const bot = app || actor.optionalText('type') === 'Bot' || isBot({ login, name });
  return { login, name, bot };
}

/** Whose account is gone; GitHub itself calls them ghosts. */
const UNKNOWN: Author = { name: 'ghost', bot: false };

/** `user` is there where GitHub knows the address; a noreply address tells the login by itself. */
function gitAuthor(actor: AnswerReader): Author {
  const email = actor.optionalText('email');
  const login = actor.optionalObject('user')?.text('login') ?? (email && loginOf(email));
  const name = plainLine(actor.optionalText('name') ?? '') || (login ?? email ?? 'unknown');
  const person = { ...(login && { login }), name, ...(email && { email }) };
  return { ...person, bot: isBot(person) };
}

/** The pull request that brought the commit to the branch; others merely contain it. */
function mergedPullRequest(commit: AnswerReader): CommitFacts['pullRequest'] {
  const [pull] = commit.optionalObject('associatedPullRequests')?.list('nodes') ?? [];
  if (!pull?.boolean('merged')) return undefined;
  return {
    number: pull.number('number'),
    title: plainLine(pull.text('title')),
    url: pull.text('url'),
  };
}
