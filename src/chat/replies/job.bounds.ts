import type { Action } from '../../providers/action.js';
import type { ChatWork, RecapWork, ReplyWork } from './reply.jobs.js';

/** The lengths that bodies are cut to, in characters: what a prompt reads of them, and then less of that. */
const BODY_LENGTHS = [2_000, 400] as const;

/**
 * Ever smaller forms of what a reply is written from, to keep the first that fits: bodies are cut,
 * then left out; then the oldest actions, or the earliest turns of a conversation, are, which the
 * reply's coverage says.
 * @param textBytes What titles and bodies may take together before the bodies are cut, in UTF-8.
 */
export function* everSmaller(work: ReplyWork, textBytes: number): Generator<ReplyWork> {
  if (work.kind === 'chat') yield* fewerTurns(work);
  else yield* fewerActions(work, textBytes);
}

function* fewerTurns(work: ChatWork): Generator<ChatWork> {
  yield work;
  let { turns, omittedTurns } = work.job;
  while (turns.length > 0) {
    const omitted = Math.ceil(turns.length / 2);
    turns = turns.slice(omitted);
    omittedTurns += omitted;
    yield { ...work, job: { ...work.job, turns, omittedTurns } };
  }
}

function* fewerActions(work: RecapWork, textBytes: number): Generator<RecapWork> {
  const cut = withBodiesWithin(work.job.actions, textBytes);
  yield { ...work, job: { ...work.job, actions: cut } };
  let actions = cut.map((action) => cutBody(action, 0));
  yield { ...work, job: { ...work.job, actions } };
  while (actions.length > 0) {
    // They are the newest first.
    actions = actions.slice(0, Math.floor(actions.length / 2));
    const coverage = { ...work.coverage, truncated: true };
    yield { ...work, coverage, job: { ...work.job, actions, truncated: true } };
  }
}

function withBodiesWithin(actions: readonly Action[], bytes: number): readonly Action[] {
  let cut = actions;
  for (const length of BODY_LENGTHS) {
    if (bytesOf(cut) <= bytes) return cut;
    cut = actions.map((action) => cutBody(action, length));
  }
  return cut;
}

const bytesOf = (actions: readonly Action[]): number =>
  actions.reduce(
    (sum, { title, body = '' }) => sum + Buffer.byteLength(title) + Buffer.byteLength(body),
    0,
  );

function cutBody(action: Action, length: number): Action {
  const { body = '' } = action;
  if (body.length <= length) return action;
  // Half a surrogate pair is no text that could be sealed.
  const text = body.slice(0, length).replace(/[\ud800-\udbff]$/, '');
  return { ...action, body: text || undefined };
}
