import type { Connection } from '../connection.js';
import type { AnswerReader } from '../http/answer.reader.js';
import type { Repository } from '../repository.js';
import type { GithubApi } from './github.api.js';
import { repositoryId } from './github.mapper.js';
import { lastPageOf } from './page-links.js';

/** GitHub's own largest page. */
const PAGE_SIZE = 100;

/** Every repository the viewer owns, works on or sees through an organisation; newest push first. */
export async function readRepositories(
  api: GithubApi,
  connection: Connection,
): Promise<Repository[]> {
  const readPage = async (page: number) =>
    api.get('/user/repos', {
      affiliation: 'owner,collaborator,organization_member',
      // By push, a repository pushed to while we read would move to a page that is already read.
      sort: 'full_name',
      per_page: PAGE_SIZE,
      page,
    });
  const first = await readPage(1);
  const last = lastPageOf(first.headers.get('link'));
  const numbers = Array.from({ length: last - 1 }, (_, index) => index + 2);
  const pages = [first, ...(await Promise.all(numbers.map(readPage)))];
  const repositories = pages
    .flatMap(({ data }) => data.items())
    .map((answer) => toRepository(answer, connection));
  // One created while we read moves the others a place back, the last of a page to the next page.
  const distinct = new Map(repositories.map((repository) => [repository.id, repository]));
  return [...distinct.values()].sort(byPush);
}

function byPush(one: Repository, other: Repository): number {
  return (other.pushedAt ?? '').localeCompare(one.pushedAt ?? '');
}

function toRepository(answer: AnswerReader, connection: Connection): Repository {
  const fullName = answer.text('full_name');
  return {
    id: repositoryId(connection.baseUrl, fullName),
    provider: 'github',
    connectionId: connection.id,
    fullName,
    name: answer.text('name'),
    url: answer.text('html_url'),
    private: answer.boolean('private'),
    archived: answer.boolean('archived'),
    fork: answer.boolean('fork'),
    defaultBranch: answer.optionalText('default_branch'),
    pushedAt: answer.optionalInstant('pushed_at'),
  };
}
