import type { Action, ActionState } from '../action.js';
import { chunk } from '../chunk.js';
import type { AnswerReader } from '../http/answer.reader.js';
import { plainLine, plainText } from '../plain-text.js';
import type { Gap, Step, StepOutcome } from '../step.js';
import type { GithubApi } from './github.api.js';
import { isPassing } from './github.error.js';
import { actorAuthor, BOT_SUFFIX, repositoryId } from './github.mapper.js';

/** How many pull requests go into a query; what failed is asked for once more, in less. */
const SIZES = [50, 10] as const;

const REVIEWS = `query($ids: [ID!]!, $author: String) {
  nodes(ids: $ids) {
    ... on PullRequest {
      number title url
      repository { nameWithOwner url }
      reviews(first: 100, author: $author) {
        pageInfo { hasNextPage }
        nodes {
          id state body url submittedAt
          author { __typename login ... on User { name } }
        }
      }
    }
  }
}`;

const STATES: Readonly<Record<string, ActionState>> = {
  APPROVED: 'approved',
  CHANGES_REQUESTED: 'changes_requested',
  COMMENTED: 'commented',
  // What it said before it was dismissed is not told.
  DISMISSED: 'commented',
};

/** Steps that read the reviews of these pull requests (node ids), everyone's or one person's. */
export function reviewSteps(
  api: GithubApi,
  apiUrl: string,
  ids: readonly string[],
  login?: string,
): Step[] {
  return stepsOf({ api, apiUrl, login }, ids, 0);
}

interface Asking {
  readonly api: GithubApi;
  readonly apiUrl: string;
  readonly login?: string;
}

function stepsOf(asking: Asking, ids: readonly string[], round: number): Step[] {
  return chunk(ids, SIZES[round] ?? 1).map((some) => new ReviewStep(asking, some, round));
}

class ReviewStep implements Step {
  readonly kinds = ['review'] as const;

  constructor(
    private readonly asking: Asking,
    private readonly ids: readonly string[],
    private readonly round: number,
  ) {}

  async run(): Promise<StepOutcome> {
    try {
      return await this.read();
    } catch (error) {
      const isLast = this.round === SIZES.length - 1;
      if (isLast || !isPassing(error)) throw error;
      return { next: stepsOf(this.asking, this.ids, this.round + 1) };
    }
  }

  private async read(): Promise<StepOutcome> {
    const { api, login } = this.asking;
    const author = login?.replace(BOT_SUFFIX, '');
    const { data, errors } = await api.query(REVIEWS, { ids: this.ids, author });
    // A pull request that is gone or hidden by now is null, or (no pull request any more) empty.
    const pulls = (data?.optionalObject('nodes')?.items() ?? []).filter((pull) =>
      pull.optionalObject('reviews'),
    );
    const tooMany = pulls.some((pull) =>
      pull.object('reviews').object('pageInfo').boolean('hasNextPage'),
    );
    return {
      actions: pulls.flatMap((pull) => this.reviewsOf(pull)),
      gaps: [
        ...(tooMany ? [gap('a pull request has more than 100 reviews')] : []),
        ...(errors.length > 0 ? [gap('GitHub could not read the reviews of a pull request')] : []),
      ],
    };
  }

  private reviewsOf(pull: AnswerReader): Action[] {
    return pull
      .object('reviews')
      .list('nodes')
      .map((review) => this.toAction(review, pull))
      .filter((action) => action !== undefined);
  }

  /** Undefined while it is being written: only its author sees it. */
  private toAction(review: AnswerReader, pull: AnswerReader): Action | undefined {
    const timestamp = review.optionalInstant('submittedAt');
    if (timestamp === undefined) return undefined;
    const repository = pull.object('repository');
    const fullName = repository.text('nameWithOwner');
    const id = repositoryId(this.asking.apiUrl, fullName);
    const number = pull.number('number');
    const title = plainLine(pull.text('title')) || `#${number}`;
    const body = plainText(review.optionalText('body') ?? '');
    return {
      id: `${id}#review:${review.text('id')}`,
      provider: 'github',
      repository: { id, fullName, url: repository.text('url') },
      type: 'review',
      title,
      ...(body !== '' && { body }),
      author: actorAuthor(review.optionalObject('author')),
      coAuthors: [],
      timestamp,
      url: review.text('url'),
      number,
      state: STATES[review.text('state')] ?? 'commented',
      labels: [],
      pullRequest: { number, title, url: pull.text('url') },
    };
  }
}

function gap(reason: string): Gap {
  return { kinds: ['review'], reason, total: false };
}
