import type { ActionQuery } from '../action.js';
import type { PullRequestQuestion } from './azure-devops.api.js';
import type { AzureDevopsPeople } from './azure-devops.people.js';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
/** Before there was git in Azure DevOps. */
const EVER_SINCE = new Date('2012-01-01T00:00:00Z');

/**
 * The fewest lists that hold what is asked for. Whoever voted in the window did so on a pull request
 * that is still open or ended after the window began; these also hold all that were opened or ended
 * in the window. Without votes the window itself will do, and for commits what was merged in it.
 */
export function pullRequestLists(
  query: ActionQuery,
  people: AzureDevopsPeople,
): PullRequestQuestion[] {
  const { since, until, types } = query;
  const me = people.onlyViewer ? people.viewer?.id : undefined;
  const alone = types.includes('commit') ? undefined : me;
  if (types.includes('review')) {
    const reviewerId = types.includes('pull_request') ? undefined : alone;
    const now = new Date(Date.now() + DAY);
    return [
      { status: 'All', by: 'Closed', since, until: now, reviewerId },
      { status: 'Active', by: 'Created', since: EVER_SINCE, until, reviewerId },
    ];
  }
  const creatorId = alone;
  // A pull request ends a moment after its commit is made.
  const end = new Date(until.getTime() + MINUTE);
  const ended = { status: 'All', by: 'Closed', since, until: end, creatorId } as const;
  const opened = { status: 'All', by: 'Created', since, until, creatorId } as const;
  return types.includes('pull_request') ? [ended, opened] : [ended];
}
