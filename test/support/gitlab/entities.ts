import { createHash } from 'node:crypto';
import {
  fullNameOf,
  personByLogin,
  type World,
  type WorldCommit,
  type WorldConversation,
  type WorldPerson,
  type WorldRelease,
  type WorldRepository,
} from '../world/world.js';
import { eventIdOf, projectIdOf, usernameOf } from './telling.js';

export type Json = Record<string, unknown>;

/** A repository of an organisation is in a group of a group. */
const pathOf = (repository: WorldRepository): string =>
  fullNameOf(repository).replace(/^octo-org\//, 'octo-org/deep/er/');

/** Milliseconds, as GitLab writes them. */
const instant = (text: string): string => text.replace('Z', '.000Z');

const shaOf = (...names: (string | number)[]): string =>
  createHash('sha1').update(names.join('/')).digest('hex');

/** `UserBasic`: there is no address in it, and no flag for bots. */
function accountOf(person: WorldPerson, origin: string) {
  const username = usernameOf(person);
  const web_url = `${origin}/${username}`;
  return { id: person.id, username, name: person.name, state: 'active', avatar_url: null, web_url };
}

export function userOf(person: WorldPerson, origin: string): Json {
  const [email = ''] = person.emails;
  return {
    ...accountOf(person, origin),
    bot: person.bot,
    email,
    public_email: '',
    commit_email: email,
  };
}

export function projectOf(world: World, repository: WorldRepository, origin: string) {
  const path = pathOf(repository);
  return {
    id: projectIdOf(world, repository),
    name: repository.name,
    path: repository.name,
    path_with_namespace: path,
    web_url: `${origin}/${path}`,
    visibility: repository.private ? 'private' : 'public',
    archived: repository.archived,
    ...(repository.fork && { forked_from_project: { id: 1 } }),
    default_branch: 'main',
    last_activity_at: repository.pushedAt,
    releases_access_level: repository.turnedOff?.includes('release') ? 'disabled' : 'enabled',
  };
}

export function conversationOf(
  world: World,
  repository: WorldRepository,
  talk: WorldConversation,
  origin: string,
): Json {
  const isPull = talk.type === 'pull_request';
  const path = pathOf(repository);
  const number = String(talk.number);
  const closedAt = talk.mergedAt ? undefined : talk.closedAt;
  const squash = repository.commits.find(({ pullRequest }) => pullRequest === talk.number);
  return {
    id: projectIdOf(world, repository) * 100_000 + talk.number,
    iid: talk.number,
    project_id: projectIdOf(world, repository),
    title: talk.title,
    description: null,
    state: talk.mergedAt ? 'merged' : closedAt ? 'closed' : 'opened',
    created_at: instant(talk.createdAt),
    updated_at: instant(talk.updatedAt),
    closed_at: closedAt ? instant(closedAt) : null,
    labels: ['a label'],
    author: accountOf(personByLogin(world, talk.author), origin),
    web_url: `${origin}/${path}/-/${isPull ? 'merge_requests' : 'issues'}/${number}`,
    references: { short: `!${number}`, full: `${path}${isPull ? '!' : '#'}${number}` },
    ...(isPull && {
      merged_at: talk.mergedAt ? instant(talk.mergedAt) : null,
      squash_commit_sha: squash?.sha ?? null,
      merge_commit_sha: talk.mergedAt ? shaOf('merge', path, number) : null,
    }),
  };
}

/** What happened to merge requests: they are opened, and approved. */
export function eventsOf(world: World, repository: WorldRepository, origin: string) {
  const project_id = projectIdOf(world, repository);
  return repository.conversations
    .filter(({ type }) => type === 'pull_request')
    .flatMap((talk) => {
      const event = (id: number, login: string, action_name: string, at: string) => ({
        id,
        project_id,
        action_name,
        target_id: talk.number,
        target_iid: talk.number,
        target_type: 'MergeRequest',
        target_title: talk.title,
        created_at: instant(at),
        author: accountOf(personByLogin(world, login), origin),
      });
      return [
        event(project_id * 1e9 + talk.number, talk.author, 'opened', talk.createdAt),
        ...talk.reviews.map((review) =>
          event(eventIdOf(review), review.author, 'approved', review.submittedAt),
        ),
      ];
    });
}

export function commitOf(
  world: World,
  repository: WorldRepository,
  commit: WorldCommit,
  origin: string,
): Json {
  const { sha, message, author, coAuthors, committedAt, parents } = commit;
  const trailers = coAuthors.map(({ name, email }) => `Co-authored-by: ${name} <${email}>`);
  return {
    id: sha,
    short_id: sha.slice(0, 8),
    title: message.split('\n')[0],
    message: trailers.length > 0 ? `${message}\n\n${trailers.join('\n')}\n` : `${message}\n`,
    author_name: author.name,
    author_email: author.email,
    authored_date: committedAt,
    // As it stands in the commit: with the committer's own offset.
    committed_date: new Date(Date.parse(committedAt) + 7_200_000)
      .toISOString()
      .replace('Z', '+02:00'),
    parent_ids: Array.from({ length: parents }, (_, index) => shaOf(sha, index)),
    web_url: `${origin}/${pathOf(repository)}/-/commit/${sha}`,
  };
}

/** GitLab has no drafts: what is not published yet comes out some day. */
export function releaseOf(world: World, release: WorldRelease, origin: string) {
  return {
    tag_name: release.tag,
    name: release.tag,
    description: 'What is new',
    created_at: instant(release.createdAt),
    released_at: instant(release.publishedAt ?? '2099-01-01T00:00:00Z'),
    upcoming_release: release.publishedAt === undefined,
    author: accountOf(personByLogin(world, release.author), origin),
  };
}
