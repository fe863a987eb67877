import { DomainError } from '../../errors/domain.error.js';
import type { Action, ActionType } from '../action.js';
import type { AnswerReader } from '../http/answer.reader.js';
import type { Gap, Step, StepOutcome } from '../step.js';
import type { GitlabPage } from './gitlab.api.js';

/** A list of GitLab's, read page by page. */
export interface Listing {
  readonly kinds: readonly ActionType[];
  /** The ids of the repositories it is of; absent: possibly all of them. */
  readonly repositories?: readonly string[];
  readonly read: (page: number) => Promise<GitlabPage>;
  readonly collect: (items: readonly AnswerReader[]) => readonly Action[];
  /** Whether what comes after these is of no use any more. */
  readonly isPast?: (items: readonly AnswerReader[]) => boolean;
  /** Whether a refusal means that the project does without such things: then nothing is missing. */
  readonly isTurnedOff?: () => Promise<boolean>;
  /** What is missing without it, where it only adds to actions that other lists tell of. */
  readonly adds?: string;
}

/** Reads one page; it leads to the next, or the first, where GitLab has counted, to all others at once. */
export class PageStep implements Step {
  readonly kinds: readonly ActionType[];
  readonly repositories: readonly string[] | undefined;

  constructor(
    private readonly listing: Listing,
    private readonly page = 1,
  ) {
    this.kinds = listing.kinds;
    this.repositories = listing.repositories;
  }

  async run(): Promise<StepOutcome> {
    try {
      const found = await this.listing.read(this.page);
      return { actions: this.listing.collect(found.items), next: this.after(found) };
    } catch (error) {
      if (!(error instanceof DomainError) || !isRefusal(error)) throw error;
      if (await this.listing.isTurnedOff?.()) return {};
      return { gaps: [this.gapAfter(error)] };
    }
  }

  gapAfter({ message }: DomainError): Gap {
    const { kinds, repositories, isPartOnly } = this;
    return { kinds, repositories, reason: this.listing.adds ?? message, total: !isPartOnly };
  }

  /** Without it some of these actions are there all the same. */
  private get isPartOnly(): boolean {
    return this.page > 1 || this.listing.adds !== undefined;
  }

  private after({ items, next, last }: GitlabPage): Step[] {
    if (this.listing.isPast?.(items)) return [];
    if (last === undefined || this.listing.isPast) {
      return next === undefined ? [] : this.pages(next, next);
    }
    return this.page === 1 ? this.pages(2, last) : [];
  }

  private pages(first: number, last: number): Step[] {
    return Array.from(
      { length: Math.max(0, last - first + 1) },
      (_, index) => new PageStep(this.listing, first + index),
    );
  }
}

/** An answer as well: it says nothing of what else the token may read. */
function isRefusal({ code }: DomainError): boolean {
  return code === 'provider_forbidden' || code === 'repository_not_found';
}
