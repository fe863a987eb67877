import type { Repository } from '../repository.js';
import { type TimeWindow, toSeconds } from '../time-window.js';

/** Someone with an account, or whoever has these addresses. */
export type CommitAuthor = Account | { readonly emails: readonly string[] };

export interface Account {
  readonly login: string;
  /** GraphQL's own name for it; absent where GraphQL could not be asked. */
  readonly id?: string;
}

/** A page of one repository's commits or releases. */
export interface Slice {
  readonly repository: Repository;
  readonly kind: 'commit' | 'release';
  /** Whose commits; absent: everyone's. */
  readonly author?: CommitAuthor;
  /** Where the page begins; absent: with the newest. */
  readonly cursor?: string;
}

const PAGE = 'pageInfo { hasNextPage endCursor }';

/** `messageHeadline` is cut, so the whole message. The git author is always the first of `authors`. */
const COMMIT_FIELDS = `fragment Commits on CommitHistoryConnection {
  ${PAGE}
  nodes {
    oid url message committedDate
    parents(first: 1) { totalCount }
    authors(first: 20) { nodes { name email user { login } } }
    associatedPullRequests(first: 1) { nodes { number title url merged } }
  }
}`;

const RELEASE_FIELDS = `fragment Releases on ReleaseConnection {
  ${PAGE}
  nodes {
    name tagName url description isDraft createdAt publishedAt
    author { login name }
  }
}`;

/** Whether GraphQL has what it takes to be asked for a slice. */
export function isAskable({ author }: Slice): boolean {
  return !author || 'emails' in author || author.id !== undefined;
}

export const aliasOf = (index: number): string => `s${index}`;

/** One query for all of the slices, each under its alias. */
export function sliceQuery(
  slices: readonly Slice[],
  window: TimeWindow,
): { query: string; variables: Record<string, unknown> } {
  const kinds = new Set(slices.map(({ kind }) => kind));
  const declarations = slices.flatMap(declarationsOf);
  if (kinds.has('commit')) declarations.push('$since: GitTimestamp!', '$until: GitTimestamp!');
  const query = [
    `query(${declarations.join(', ')}) {`,
    ...slices.map(fieldOf),
    '}',
    kinds.has('commit') ? COMMIT_FIELDS : '',
    kinds.has('release') ? RELEASE_FIELDS : '',
  ].join('\n');
  const times = { since: toSeconds(window.since), until: toSeconds(window.until) };
  const variables = Object.assign({}, ...slices.map(variablesOf)) as Record<string, unknown>;
  return { query, variables: kinds.has('commit') ? { ...times, ...variables } : variables };
}

function declarationsOf({ author }: Slice, index: number): string[] {
  const own = [`$owner${index}: String!`, `$name${index}: String!`, `$after${index}: String`];
  return author ? [...own, `$author${index}: CommitAuthor!`] : own;
}

function variablesOf({ repository, author, cursor }: Slice, index: number): object {
  const [owner, name] = repository.fullName.split('/');
  return {
    [`owner${index}`]: owner,
    [`name${index}`]: name,
    ...(cursor !== undefined && { [`after${index}`]: cursor }),
    ...(author && { [`author${index}`]: 'emails' in author ? author : { id: author.id } }),
  };
}

function fieldOf({ kind, author }: Slice, index: number): string {
  const repository = `${aliasOf(index)}: repository(owner: $owner${index}, name: $name${index})`;
  const page = `first: 100, after: $after${index}`;
  if (kind === 'release') {
    const order = 'orderBy: { field: CREATED_AT, direction: DESC }';
    return `${repository} { releases(${page}, ${order}) { ...Releases } }`;
  }
  const filter = `since: $since, until: $until${author ? `, author: $author${index}` : ''}`;
  const history = `history(${page}, ${filter}) { ...Commits }`;
  return `${repository} { defaultBranchRef { target { ... on Commit { ${history} } } } }`;
}
