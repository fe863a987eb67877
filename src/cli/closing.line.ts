import type { ActionCount } from './api.client.js';
import type { Coverage, ReplyEnd } from './reply.stream.js';

/** Why a recap may not be all. */
const EARLY: Readonly<Record<string, readonly string[]>> = {
  length: ['It became too long and ends early.'],
  refused: ['The language model declined to write more.'],
};

/**
 * The last words: what was read, and where to go next.
 * @param count Asked only when the recap was not cancelled.
 * @param whatElse What to say where nothing was read.
 */
export async function closingLine(
  { stopReason, coverage }: ReplyEnd,
  count: () => Promise<ActionCount>,
  whatElse: () => Promise<string[]>,
): Promise<string> {
  if (stopReason === 'cancelled') return 'Cancelled: this is what there was.';
  const early = EARLY[stopReason] ?? [];
  const { number, isAll } = await count();
  const actions = `${isAll ? '' : 'more than '}${number} ${number === 1 ? 'action' : 'actions'} read`;
  const bots = number > 0 && coverage?.bots ? [`${coverage.bots} by bots left out`] : [];
  const read = [actions, ...bots, ...(coverage ? describe(coverage) : [])].join(', ');
  const others = number === 0 ? await whatElse() : [];
  return [`${read}.`, ...early, ...others, 'On a page, with more to choose: npm start'].join(' ');
}

/** What was read and what was not, each gap with its reason. */
function describe({ repositories, connections, truncated }: Coverage): string[] {
  const read = repositories.map(({ fullName, status, reason }) =>
    [`${fullName} ${status}`, reason].filter(Boolean).join(': ').replace(/\.$/, ''),
  );
  const failed = connections.flatMap(({ status, reason }) =>
    status !== 'complete' && reason ? [reason.replace(/\.$/, '')] : [],
  );
  return [...read, ...failed, ...(truncated ? ['only the newest used'] : [])];
}
