import { coAuthorsIn } from '../co-authors.js';
import { commitAuthor } from '../commit-author.js';
import type { AnswerReader } from '../http/answer.reader.js';
import { actorAuthor } from './github.mapper.js';
import type { CommitFacts, ReleaseFacts } from './slice.action.js';

/** A commit of `GET /repos/{owner}/{repo}/commits`. Which pull request brought it is not told there. */
export function listedCommit(answer: AnswerReader): CommitFacts {
  const commit = answer.object('commit');
  const message = commit.text('message');
  return {
    sha: answer.text('sha'),
    message,
    timestamp: commit.object('committer').instant('date'),
    url: answer.text('html_url'),
    author: authorOf(answer),
    coAuthors: coAuthorsIn(message).map(commitAuthor),
    parents: answer.list('parents').length,
  };
}

/** A release of `GET /repos/{owner}/{repo}/releases`. */
export function listedRelease(answer: AnswerReader): ReleaseFacts {
  return {
    tag: answer.text('tag_name'),
    name: answer.optionalText('name'),
    description: answer.optionalText('body'),
    draft: answer.boolean('draft'),
    publishedAt: answer.optionalInstant('published_at'),
    url: answer.text('html_url'),
    author: actorAuthor(answer.optionalObject('author')),
  };
}

/** The account is there where GitHub knows the address, and `{}` for some accounts that are gone. */
function authorOf(answer: AnswerReader): CommitFacts['author'] {
  const signature = answer.object('commit').object('author');
  const person = commitAuthor({ name: signature.text('name'), email: signature.text('email') });
  const account = answer.optionalObject('author');
  const login = account?.optionalText('login');
  if (!account || login === undefined) return person;
  return { ...person, login, bot: person.bot || actorAuthor(account).bot };
}
