import type { World, WorldCommit, WorldConversation, WorldRepository } from '../world/world.js';
import { identityOf } from './identities.js';

/** As the SDK writes its enumerations. */
const STATUS = { '1': 'active', '2': 'abandoned', '3': 'completed' } as const;
const ALL = '4';
const CLOSED = '2';
/** A list of pull requests goes no further. */
const MAX_PULL_REQUESTS = 1_000;

export interface Place {
  readonly repository: WorldRepository;
  readonly index: number;
}

export function repositoryAnswer(repository: WorldRepository, index: number) {
  const { owner, name, archived, fork, commits } = repository;
  return {
    id: `10000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
    name,
    project: projectOf(repository),
    ...(commits.length > 0 && { defaultBranch: 'refs/heads/main' }),
    isDisabled: archived,
    ...(fork && { isFork: true }),
    size: commits.length,
    webUrl: `https://dev.azure.com/fabrikam/${owner}/_git/${name}`,
  };
}

/** `searchCriteria.author` is looked for in names and addresses; both dates are inclusive. */
export function commitAnswers({ commits }: WorldRepository, url: URL) {
  const criteria = criteriaOf(url);
  const author = criteria('author')?.toLowerCase();
  const found = commits.filter(
    (commit) =>
      isWithin(commit.committedAt, criteria('fromDate'), criteria('toDate')) &&
      (!author || `${commit.author.name} <${commit.author.email}>`.toLowerCase().includes(author)),
  );
  return pageOf(found, url).map(commitAnswer);
}

/** The pull requests of a project's repositories, newest first. */
export function pullRequestAnswers(world: World, places: readonly Place[], url: URL) {
  const criteria = criteriaOf(url);
  const status = criteria('status') ?? '1';
  const byEnd = criteria('queryTimeRangeType') === CLOSED;
  const found = places
    .flatMap(({ repository, index }) =>
      repository.conversations
        .filter(({ type }) => type === 'pull_request')
        .map((talk) => ({ talk, answer: pullRequestAnswer(world, repository, index, talk) })),
    )
    .filter(({ talk, answer }) => {
      const at = byEnd ? talk.closedAt : talk.createdAt;
      const { creatorId, reviewerId } = {
        creatorId: criteria('creatorId'),
        reviewerId: criteria('reviewerId'),
      };
      return (
        at !== undefined &&
        isWithin(at, criteria('minTime'), criteria('maxTime')) &&
        (status === ALL || STATUS[status as keyof typeof STATUS] === answer.status) &&
        (!creatorId || answer.createdBy.id === creatorId) &&
        (!reviewerId || answer.reviewers.some(({ id }) => id === reviewerId))
      );
    })
    .sort((one, other) => other.talk.createdAt.localeCompare(one.talk.createdAt))
    .map(({ answer }) => answer);
  return pageOf(found.slice(0, MAX_PULL_REQUESTS), url);
}

/** What was said and done on a pull request: a word of its author, and the votes. */
export function threadAnswers(world: World, talk: WorldConversation) {
  const said = { id: talk.number + 50_000, publishedDate: talk.createdAt, properties: null };
  const votes = talk.reviews.map((review, index) => ({
    id: talk.number + index,
    publishedDate: review.submittedAt,
    properties: {
      CodeReviewThreadType: { $type: 'System.String', $value: 'VoteUpdate' },
      CodeReviewVoteResult: { $type: 'System.String', $value: voteOf(review.state) },
      CodeReviewVotedByIdentity: { $type: 'System.String', $value: '1' },
    },
    identities: { 1: identityOf(world, review.author) },
  }));
  return [said, ...votes];
}

function projectOf({ owner, private: hidden }: WorldRepository) {
  return { name: owner, state: 'wellFormed', visibility: hidden ? 'private' : 'public' };
}

function commitAnswer({ sha, message, author, coAuthors, committedAt }: WorldCommit) {
  const trailers = coAuthors.map(({ name, email }) => `Co-authored-by: ${name} <${email}>`);
  return {
    commitId: sha,
    author: { ...author, date: committedAt },
    committer: { ...author, date: committedAt },
    comment: [message, ...(trailers.length > 0 ? ['', ...trailers] : [])].join('\n'),
    changeCounts: { Add: 1, Edit: 0, Delete: 0 },
  };
}

function pullRequestAnswer(
  world: World,
  repository: WorldRepository,
  index: number,
  talk: WorldConversation,
) {
  const { id, name, project } = repositoryAnswer(repository, index);
  const merged = repository.commits.find((commit) => isMergeOf(commit, talk));
  return {
    pullRequestId: talk.number,
    repository: { id, name, project },
    status: talk.mergedAt ? STATUS[3] : talk.closedAt ? STATUS[2] : STATUS[1],
    createdBy: identityOf(world, talk.author),
    creationDate: talk.createdAt,
    ...(talk.closedAt && { closedDate: talk.closedAt }),
    title: talk.title,
    description: 'What it is for',
    reviewers: talk.reviews.map(({ author, state }) => ({
      ...identityOf(world, author),
      vote: Number(voteOf(state)),
    })),
    ...(merged && { lastMergeCommit: { commitId: merged.sha } }),
  };
}

/** A world's commits name their pull request by its number in the repository. */
function isMergeOf({ pullRequest }: WorldCommit, { number, mergedAt }: WorldConversation): boolean {
  return mergedAt !== undefined && pullRequest === number % 100_000;
}

function voteOf(state: WorldConversation['reviews'][number]['state']): string {
  return { APPROVED: '10', CHANGES_REQUESTED: '-5', COMMENTED: '0' }[state];
}

function criteriaOf({ searchParams }: URL): (name: string) => string | undefined {
  return (name) => searchParams.get(`searchCriteria.${name}`) ?? undefined;
}

function pageOf<T>(list: readonly T[], { searchParams }: URL): T[] {
  const skip = Number(searchParams.get('$skip') ?? 0);
  return list.slice(skip, skip + Number(searchParams.get('$top') ?? 100));
}

function isWithin(at: string, from?: string, to?: string): boolean {
  const time = Date.parse(at);
  return (!from || time >= Date.parse(from)) && (!to || time <= Date.parse(to));
}
