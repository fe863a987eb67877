import { DomainError } from '../../errors/domain.error.js';
import type { Action, ActionType } from '../action.js';
import type { AnswerReader } from '../http/answer.reader.js';
import type { Gap, Step, StepOutcome } from '../step.js';
import { halve, type TimeWindow, toSeconds } from '../time-window.js';
import type { GithubApi } from './github.api.js';

const PAGE_SIZE = 100;
/** GitHub finds more and shows the first 1,000 (https://docs.github.com/rest/search/search). */
const MAX_RESULTS = 1_000;
const REFUSED = 'GitHub does not search by one of these people or repositories';

export interface Search {
  readonly kind: ActionType;
  /** `is:pr author:octocat` */
  readonly qualifiers: string;
  /** The date that has to be in the window. */
  readonly field: 'created' | 'closed' | 'updated';
  readonly window: TimeWindow;
  /** What becomes of a page of results. */
  readonly collect: (found: readonly AnswerReader[]) => {
    readonly actions?: readonly Action[];
    readonly next?: readonly Step[];
  };
}

/** Reads one page of a search; the first page leads to the others, or to two searches of half the window. */
export class SearchStep implements Step {
  readonly kinds: readonly ActionType[];

  constructor(
    private readonly api: GithubApi,
    private readonly search: Search,
    private readonly page = 1,
  ) {
    this.kinds = [search.kind];
  }

  async run(): Promise<StepOutcome> {
    const data = await this.read();
    if (!data) return { gaps: [{ kinds: this.kinds, reason: REFUSED, total: true }] };
    const total = data.number('total_count');
    const halves = this.page === 1 && total > MAX_RESULTS ? halve(this.search.window) : undefined;
    if (halves) {
      return { next: halves.map((window) => new SearchStep(this.api, { ...this.search, window })) };
    }
    const { actions, next = [] } = this.search.collect(data.list('items'));
    const further = this.page === 1 ? this.furtherPages(Math.min(total, MAX_RESULTS)) : [];
    return { actions, next: [...next, ...further], gaps: this.gapsOf(data, total) };
  }

  /** Undefined where GitHub does not search: an answer, which says nothing of what else may be read. */
  private async read(): Promise<AnswerReader | undefined> {
    const { qualifiers, field, window } = this.search;
    const range = `${toSeconds(window.since)}..${toSeconds(window.until)}`;
    try {
      const { data } = await this.api.get('/search/issues', {
        q: `${qualifiers} ${field}:${range}`,
        sort: 'created',
        order: 'asc',
        per_page: PAGE_SIZE,
        page: this.page,
        // Knows brackets and OR; without it older servers take them for words.
        advanced_search: true,
      });
      return data;
    } catch (error) {
      // 422 for somebody or something it does not know, and for what the token must not see.
      if (!(error instanceof DomainError) || error.code !== 'invalid_request') throw error;
      return undefined;
    }
  }

  private furtherPages(results: number): Step[] {
    const pages = Math.ceil(results / PAGE_SIZE);
    return Array.from(
      { length: Math.max(0, pages - 1) },
      (_, index) => new SearchStep(this.api, this.search, index + 2),
    );
  }

  private gapsOf(data: AnswerReader, total: number): Gap[] {
    const reasons = [
      ...(data.boolean('incomplete_results') ? ['a search of GitHub ran out of time'] : []),
      ...(total > MAX_RESULTS ? ['GitHub found more in one second than it shows'] : []),
    ];
    return reasons.map((reason) => ({ kinds: this.kinds, reason, total: false }));
  }
}
