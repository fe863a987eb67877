import type { Action, Author } from '../action.js';
import { isBot } from '../bot.js';
import type { AnswerReader } from '../http/answer.reader.js';
import { loginOf } from '../noreply-address.js';
import { plainLine, plainText } from '../plain-text.js';
import type { RepositoryReference } from '../repository.js';
import { webHostOf } from './github.address.js';

export const BOT_SUFFIX = '[bot]';

/** GitHub's names know no upper and lower case, and people write both. */
export function repositoryId(apiUrl: string, fullName: string): string {
  return `github:${webHostOf(apiUrl)}/${fullName.toLowerCase()}`;
}

/** A `Commit` of {@link COMMIT_FIELDS}. */
export function commitAction(commit: AnswerReader, repository: RepositoryReference): Action {
  const sha = commit.text('oid');
  const [subject = '', ...rest] = commit.text('message').trim().split('\n');
  const body = plainText(rest.join('\n'));
  const [author = UNKNOWN, ...coAuthors] = commit.object('authors').list('nodes').map(gitAuthor);
  const pullRequest = mergedPullRequest(commit);
  return {
    id: `${repository.id}#commit:${sha}`,
    provider: 'github',
    repository,
    type: 'commit',
    title: plainLine(subject) || sha.slice(0, 12),
    ...(body !== '' && { body }),
    author,
    coAuthors,
    timestamp: commit.instant('committedDate'),
    url: commit.text('url'),
    sha,
    labels: [],
    ...(pullRequest && { pullRequest }),
    ...(commit.object('parents').number('totalCount') > 1 && { merge: true }),
  };
}

/** A `Release` of {@link RELEASE_FIELDS}; undefined for a draft, which nobody has published. */
export function releaseAction(
  release: AnswerReader,
  repository: RepositoryReference,
): Action | undefined {
  const publishedAt = release.optionalInstant('publishedAt');
  if (publishedAt === undefined || release.boolean('isDraft')) return undefined;
  const tag = release.text('tagName');
  const body = plainText(release.optionalText('description') ?? '');
  return {
    id: `${repository.id}#release:${tag}`,
    provider: 'github',
    repository,
    type: 'release',
    title: plainLine(release.optionalText('name') ?? tag),
    ...(body !== '' && { body }),
    author: actorAuthor(release.optionalObject('author')),
    coAuthors: [],
    timestamp: publishedAt,
    url: release.text('url'),
    state: 'published',
    labels: [],
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
function mergedPullRequest(commit: AnswerReader): Action['pullRequest'] {
  const [pull] = commit.optionalObject('associatedPullRequests')?.list('nodes') ?? [];
  if (!pull?.boolean('merged')) return undefined;
  return {
    number: pull.number('number'),
    title: plainLine(pull.text('title')),
    url: pull.text('url'),
  };
}
