import type { Action } from '../action.js';
import type { AnswerReader } from '../http/answer.reader.js';
import type { Step, StepOutcome } from '../step.js';
import { type TimeWindow, toSeconds } from '../time-window.js';
import type { GithubAnswer, GithubApi } from './github.api.js';
import { isEmptyRepository } from './github.error.js';
import { listedCommit, listedRelease } from './listing.mapper.js';
import { mayFollowPublished } from './release.order.js';
import { commitAction, releaseAction } from './slice.action.js';
import type { CommitAuthor, Slice } from './slice.query.js';

const PAGE_SIZE = 100;

/** Reads the slices by REST, from their first pages: one request a page, repository and person. */
export function listingSteps(
  api: GithubApi,
  window: TimeWindow,
  slices: readonly Slice[],
): ListingStep[] {
  return slices.flatMap((slice) =>
    namesOf(slice.author).map((name) => new ListingStep(api, window, slice, name)),
  );
}

/** What REST knows a person by; `undefined` stands for everyone. */
function namesOf(author: CommitAuthor | undefined): readonly (string | undefined)[] {
  if (!author) return [undefined];
  return 'emails' in author ? author.emails : [author.login];
}

/** Reads one page of one repository's commits or releases. */
class ListingStep implements Step {
  readonly repositories: readonly string[];
  readonly kinds: Slice['kind'][];

  constructor(
    private readonly api: GithubApi,
    private readonly window: TimeWindow,
    private readonly slice: Slice,
    private readonly author?: string,
    private readonly page = 1,
  ) {
    this.repositories = [slice.repository.id];
    this.kinds = [slice.kind];
  }

  async run(): Promise<StepOutcome> {
    const answer = await this.read();
    if (!answer) return {};
    const items = answer.data.items();
    const { api, window, slice, author, page } = this;
    const more = hasNextPage(answer) && this.mayGoOn(items);
    return {
      actions: this.actionsOf(items),
      next: more ? [new ListingStep(api, window, slice, author, page + 1)] : [],
    };
  }

  private async read(): Promise<GithubAnswer | undefined> {
    const { kind, repository } = this.slice;
    const address = `/repos/${repository.fullName}/${kind === 'commit' ? 'commits' : 'releases'}`;
    const filter = kind === 'commit' && {
      since: toSeconds(this.window.since),
      until: toSeconds(this.window.until),
      ...(this.author !== undefined && { author: this.author }),
    };
    try {
      return await this.api.get(address, { ...filter, per_page: PAGE_SIZE, page: this.page });
    } catch (error) {
      if (isEmptyRepository(error)) return undefined;
      throw error;
    }
  }

  private actionsOf(items: readonly AnswerReader[]): Action[] {
    const { kind, repository } = this.slice;
    const { id, fullName, url } = repository;
    const reference = { id, fullName, url };
    if (kind === 'commit') return items.map((item) => commitAction(listedCommit(item), reference));
    return items
      .map((item) => releaseAction(listedRelease(item), reference))
      .filter((action) => action !== undefined);
  }

  private mayGoOn(items: readonly AnswerReader[]): boolean {
    if (this.slice.kind === 'commit') return true;
    return mayFollowPublished(items.at(-1)?.instant('created_at'), this.window.since);
  }
}

function hasNextPage({ headers }: GithubAnswer): boolean {
  return /;\s*rel="next"/.test(headers.get('link') ?? '');
}
