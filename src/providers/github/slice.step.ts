import type { Action } from '../action.js';
import { chunk } from '../chunk.js';
import type { AnswerReader } from '../http/answer.reader.js';
import type { Gap, Step, StepOutcome } from '../step.js';
import type { TimeWindow } from '../time-window.js';
import type { GithubApi, GraphqlProblem } from './github.api.js';
import { isPassing } from './github.error.js';
import { commitFacts, releaseFacts } from './github.mapper.js';
import { GraphqlUnavailable } from './graphql.unavailable.js';
import { listingSteps } from './listing.step.js';
import { mayFollowPublished } from './release.order.js';
import { commitAction, releaseAction } from './slice.action.js';
import { aliasOf, isAskable, type Slice, sliceQuery } from './slice.query.js';

/** How many slices go into a query: GitHub gives up on one after 10 s, so what failed is asked for in less. */
const SIZES = [20, 5, 1] as const;
/** A time-out of our own is waited for in full, so it is not risked a third time. */
const LAST_ROUND_AFTER_TIMEOUT = 1;

/**
 * As few steps as the slices fit into. Without GraphQL nobody's id is known, and those are read by REST.
 * `round` counts the tries of these slices, from 0.
 */
export function sliceSteps(
  api: GithubApi,
  window: TimeWindow,
  slices: readonly Slice[],
  round = 0,
): Step[] {
  const [askable, others] = [slices.filter(isAskable), slices.filter((one) => !isAskable(one))];
  const pieces = chunk(askable, SIZES[round] ?? 1);
  return [
    ...pieces.map((piece) => new SliceStep(api, window, piece, round)),
    ...listingSteps(api, window, others),
  ];
}

/** Reads a page of the commits or releases of several repositories with one query. */
class SliceStep implements Step {
  readonly repositories: readonly string[];
  readonly kinds: Slice['kind'][];

  constructor(
    private readonly api: GithubApi,
    private readonly window: TimeWindow,
    private readonly slices: readonly Slice[],
    private readonly round: number,
  ) {
    this.repositories = [...new Set(slices.map(({ repository }) => repository.id))];
    this.kinds = [...new Set(slices.map(({ kind }) => kind))];
  }

  async run(): Promise<StepOutcome> {
    const { query, variables } = sliceQuery(this.slices, this.window);
    try {
      const { data, errors } = await this.api.query(query, variables);
      const everywhere = errors.filter(({ path }) => path.length === 0);
      const outcomes = this.slices.map((slice, index) => {
        const own = errors.filter(({ path }) => path[0] === aliasOf(index));
        return this.outcomeOf(slice, data?.optionalObject(aliasOf(index)), [...everywhere, ...own]);
      });
      return this.together(outcomes);
    } catch (error) {
      if (error instanceof GraphqlUnavailable) {
        return { next: listingSteps(this.api, this.window, this.slices) };
      }
      if (!this.mayAskAgainAfter(error)) throw error;
      return { next: this.again(this.slices) };
    }
  }

  private together(outcomes: readonly SliceOutcome[]): StepOutcome {
    const retries = outcomes.flatMap(({ retry }) => retry ?? []);
    const pages = outcomes.flatMap(({ nextPage }) => nextPage ?? []);
    return {
      actions: outcomes.flatMap(({ actions }) => actions ?? []),
      next: [...this.again(retries), ...sliceSteps(this.api, this.window, pages)],
      gaps: outcomes.flatMap(({ gap }) => gap ?? []),
    };
  }

  private again(slices: readonly Slice[]): Step[] {
    return sliceSteps(this.api, this.window, slices, this.round + 1);
  }

  private get isLastRound(): boolean {
    return this.round >= SIZES.length - 1;
  }

  private mayAskAgainAfter(error: unknown): boolean {
    if (this.isLastRound || !isPassing(error)) return false;
    return error.code !== 'provider_timeout' || this.round < LAST_ROUND_AFTER_TIMEOUT;
  }

  private outcomeOf(
    slice: Slice,
    answer: AnswerReader | undefined,
    errors: readonly GraphqlProblem[],
  ): SliceOutcome {
    const refused = errors.find(({ type }) => type === 'NOT_FOUND' || type === 'FORBIDDEN');
    if (refused) return { gap: gapOf(slice, REFUSALS[refused.type ?? ''] ?? '', true) };
    if (errors.length > 0 && !this.isLastRound) return { retry: slice };
    if (!answer) return { gap: gapOf(slice, 'GitHub could not read it', true) };
    const page = pageOf(slice, answer);
    const outcome = page ? this.read(slice, page) : {};
    if (errors.length === 0) return outcome;
    return { ...outcome, gap: gapOf(slice, 'GitHub could not read all of it', !page) };
  }

  private read(slice: Slice, page: AnswerReader): SliceOutcome {
    const { repository, kind, author } = slice;
    const { id, fullName, url } = repository;
    const reference = { id, fullName, url };
    const nodes = page.list('nodes');
    const actions = nodes
      .map((node) =>
        kind === 'commit'
          ? commitAction(commitFacts(node), reference)
          : releaseAction(releaseFacts(node), reference),
      )
      .filter((action) => action !== undefined);
    const info = page.object('pageInfo');
    const more = info.boolean('hasNextPage') && this.mayGoOn(kind, nodes);
    const cursor = info.optionalText('endCursor');
    return { actions, ...(more && { nextPage: { repository, kind, author, cursor } }) };
  }

  private mayGoOn(kind: Slice['kind'], nodes: readonly AnswerReader[]): boolean {
    if (kind === 'commit') return true;
    return mayFollowPublished(nodes.at(-1)?.instant('createdAt'), this.window.since);
  }
}

interface SliceOutcome {
  readonly actions?: readonly Action[];
  readonly nextPage?: Slice;
  readonly retry?: Slice;
  readonly gap?: Gap;
}

const REFUSALS: Record<string, string> = {
  NOT_FOUND: 'GitHub does not show this repository to the token',
  FORBIDDEN: 'GitHub does not let this token read the repository',
};

/** Undefined in a repository without a commit. */
function pageOf({ kind }: Slice, repository: AnswerReader): AnswerReader | undefined {
  if (kind === 'release') return repository.object('releases');
  return repository.optionalObject('defaultBranchRef')?.object('target').object('history');
}

function gapOf({ repository, kind }: Slice, reason: string, total: boolean): Gap {
  return { repositories: [repository.id], kinds: [kind], reason, total };
}
