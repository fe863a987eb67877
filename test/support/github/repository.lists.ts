import type { EmulatedAnswer } from '../provider.emulator.js';
import {
  addressesOf,
  fullNameOf,
  isCalled,
  personByEmail,
  personByLogin,
  type World,
  type WorldCommit,
  type WorldRelease,
  type WorldRepository,
} from '../world/world.js';
import { accountOf } from './accounts.js';
import { exampleOf } from './openapi.js';
import { paged } from './pages.js';

type Json = Record<string, unknown>;

const [COMMIT] = exampleOf('/repos/{owner}/{repo}/commits') as [{ commit: Json }];
const [RELEASE] = exampleOf('/repos/{owner}/{repo}/releases') as [Json];

/** The commits or releases of one repository; undefined for another route. */
export function repositoryList(world: World, url: URL, route: string): EmulatedAnswer | undefined {
  const [, fullName, list] = /^\/repos\/([^/]+\/[^/]+)\/(commits|releases)$/.exec(route) ?? [];
  if (!fullName || !list) return undefined;
  const repository = world.repositories.find((one) => isCalled(one, fullName));
  if (!repository || repository.vanished) return { status: 404, body: { message: 'Not Found' } };
  if (fullName === repository.formerly) return moved(url, fullName, fullNameOf(repository));
  const address = `${url.origin}/${fullName}`;
  if (list === 'releases') {
    const newest = repository.releases.toSorted((one, other) =>
      other.createdAt.localeCompare(one.createdAt),
    );
    return paged(url, newest, (release) => releaseOf(world, release, address));
  }
  if (repository.commits.length === 0) {
    return { status: 409, body: { message: 'Git Repository is empty.' } };
  }
  const commits = commitsOf(world, repository, url.searchParams);
  return paged(url, commits, (commit) => commitOf(world, commit, address));
}

/** GitHub itself points to the repository by its number; where to is its own matter. */
function moved({ href }: URL, from: string, to: string): EmulatedAnswer {
  const headers = { location: href.replace(from, to) };
  return { status: 301, body: { message: 'Moved Permanently' }, headers };
}

/** By committer date, both ends included, and by the author's account or address. */
function commitsOf(world: World, { commits }: WorldRepository, asked: URLSearchParams) {
  const [since, until, author] = [
    asked.get('since') ?? '',
    asked.get('until') ?? '9',
    asked.get('author'),
  ];
  const person = world.people.find(({ login }) => login.toLowerCase() === author?.toLowerCase());
  const emails = person ? addressesOf(person) : [author];
  return commits.filter(
    ({ committedAt, author: { email } }) =>
      committedAt >= since && committedAt <= until && (author === null || emails.includes(email)),
  );
}

function commitOf(world: World, commit: WorldCommit, address: string): Json {
  const { sha, message, author, coAuthors, committedAt, parents } = commit;
  const person = personByEmail(world, author.email);
  const trailers = coAuthors.map(({ name, email }) => `Co-authored-by: ${name} <${email}>`);
  const signature = { ...author, date: committedAt };
  return {
    ...COMMIT,
    sha,
    html_url: `${address}/commit/${sha}`,
    author: person ? accountOf(person) : null,
    commit: {
      ...COMMIT.commit,
      author: signature,
      committer: signature,
      message: trailers.length > 0 ? `${message}\n\n${trailers.join('\n')}` : message,
    },
    parents: Array.from({ length: parents }, () => ({ sha, url: `${address}/commits/${sha}` })),
  };
}

function releaseOf(world: World, release: WorldRelease, address: string): Json {
  return {
    ...RELEASE,
    tag_name: release.tag,
    name: null,
    html_url: `${address}/releases/tag/${release.tag}`,
    draft: release.publishedAt === undefined,
    created_at: release.createdAt,
    published_at: release.publishedAt ?? null,
    author: accountOf(personByLogin(world, release.author)),
  };
}
