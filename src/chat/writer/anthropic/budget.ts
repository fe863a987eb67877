import type { Action } from '../../../providers/action.js';

/** Characters of all actions in one request: about 50,000 tokens. */
const CHARACTER_BUDGET = 200_000;
/** How much of each body is read: all are cut shorter before any action is left out. */
const BODY_LENGTHS = [2_000, 400, 0] as const;

const IMPORTANCE: Readonly<Record<Action['type'], number>> = {
  release: 0,
  pull_request: 1,
  issue: 2,
  commit: 3,
  review: 4,
};

/** What a request has room for. */
export interface Selection {
  /** In the order of the job, each with its text. */
  readonly blocks: readonly { readonly action: Action; readonly text: string }[];
  /** How many actions found no room. */
  readonly leftOut: number;
}

/**
 * Fits actions into `budget` characters. Where even the titles are too many, releases and pull
 * requests stay before issues, commits and reviews, and the newest of each.
 * @param render An action's text with at most `bodyLength` characters of its body.
 */
export const fitActions = (
  actions: readonly Action[],
  render: (action: Action, bodyLength: number) => string,
  budget: number = CHARACTER_BUDGET,
): Selection => {
  for (const bodyLength of BODY_LENGTHS) {
    const blocks = actions.map((action) => ({ action, text: render(action, bodyLength) }));
    const length = blocks.reduce((sum, { text }) => sum + text.length, 0);
    if (length <= budget) return { blocks, leftOut: 0 };
    if (bodyLength === 0) return keepImportant(blocks, budget);
  }
  throw new RangeError('BODY_LENGTHS ends with 0.');
};

const keepImportant = (blocks: Selection['blocks'], budget: number): Selection => {
  // Sorting is stable: within a type the newest stay first.
  const ranked = [...blocks].sort(
    (one, other) => IMPORTANCE[one.action.type] - IMPORTANCE[other.action.type],
  );
  let room = budget;
  const kept = new Set(ranked.filter(({ text }) => (room -= text.length) >= 0));
  return { blocks: blocks.filter((block) => kept.has(block)), leftOut: blocks.length - kept.size };
};
