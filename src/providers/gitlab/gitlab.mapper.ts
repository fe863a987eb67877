import type { Action, Author } from '../action.js';
import { isBot } from '../bot.js';
import { coAuthorsIn } from '../co-authors.js';
import { commitAuthor } from '../commit-author.js';
import type { Viewer } from '../connection.js';
import type { AnswerReader } from '../http/answer.reader.js';
import type { Person } from '../person.js';
import { plainLine, plainText } from '../plain-text.js';
import type { RepositoryReference } from '../repository.js';
import { mergeRequestUrl, type MergedCommits } from './merged.commits.js';

interface CommitContext {
  readonly repository: RepositoryReference;
  readonly viewer?: Viewer;
  readonly merged: MergedCommits;
}

export function commitAction(commit: AnswerReader, context: CommitContext): Action {
  const { repository, viewer, merged } = context;
  const sha = commit.text('id');
  const message = commit.text('message');
  const [subject = '', ...rest] = message.trim().split('\n');
  const body = plainText(rest.join('\n'));
  const author = { name: commit.text('author_name'), email: commit.text('author_email') };
  const pullRequest = merged.pullRequestOf(sha, message, repository);
  return {
    id: `${repository.id}#commit:${sha}`,
    provider: 'gitlab',
    repository,
    type: 'commit',
    title: plainLine(subject) || sha.slice(0, 12),
    ...(body !== '' && { body }),
    author: accountOf(author, viewer),
    coAuthors: coAuthorsIn(message).map((person) => accountOf(person, viewer)),
    timestamp: commit.instant('committed_date'),
    url: commit.text('web_url'),
    sha,
    labels: [],
    ...(pullRequest && { pullRequest }),
    ...((commit.optionalObject('parent_ids')?.texts().length ?? 0) > 1 && { merge: true }),
  };
}

/** Undefined where GitLab does not say when it came out. */
export function releaseAction(
  release: AnswerReader,
  repository: RepositoryReference,
): Action | undefined {
  const timestamp = release.optionalInstant('released_at');
  if (timestamp === undefined) return undefined;
  const tag = release.text('tag_name');
  const body = plainText(release.optionalText('description') ?? '');
  return {
    id: `${repository.id}#release:${tag}`,
    provider: 'gitlab',
    repository,
    type: 'release',
    title: plainLine(release.optionalText('name') ?? tag),
    ...(body !== '' && { body }),
    author: accountAuthor(release.optionalObject('author')),
    coAuthors: [],
    timestamp,
    url: `${repository.url}/-/releases/${encodeURIComponent(tag)}`,
    state: 'published',
    labels: [],
  };
}

/** An approval among the events of merge requests, as a review; undefined for any other event. */
export function approvalAction(
  event: AnswerReader,
  repository: RepositoryReference,
): Action | undefined {
  if (event.optionalText('action_name') !== 'approved') return undefined;
  const number = event.number('target_iid');
  const title = plainLine(event.optionalText('target_title') ?? '') || `!${number}`;
  const url = mergeRequestUrl(repository, number);
  return {
    id: `${repository.id}#review:${event.number('id')}`,
    provider: 'gitlab',
    repository,
    type: 'review',
    title,
    author: accountAuthor(event.optionalObject('author')),
    coAuthors: [],
    timestamp: event.instant('created_at'),
    url,
    number,
    state: 'approved',
    labels: [],
    pullRequest: { number, title, url },
  };
}

/** Someone with an account; GitLab itself calls those whose account is gone ghosts. */
export function accountAuthor(account: AnswerReader | undefined): Author {
  if (!account) return { name: 'ghost', bot: false };
  const login = account.text('username');
  const name = plainLine(account.optionalText('name') ?? '') || login;
  const bot = account.optionalBoolean('bot') === true || isBot({ login, name });
  return { login, name, bot };
}

/** Commits name addresses only; whose they are is known of the viewer's and of noreply ones. */
function accountOf(person: Person, viewer: Viewer | undefined): Author {
  const author = commitAuthor(person);
  if (!viewer?.emails.includes(person.email.toLowerCase())) return author;
  return { ...author, login: viewer.login };
}
