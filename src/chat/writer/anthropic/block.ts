import type { Action } from '../../../providers/action.js';
import { oneLine } from '../markdown.js';

/** One piece of a request that the model can cite. */
export interface Block {
  readonly text: string;
  /** What a citation of it cites, the most telling first. */
  readonly actions: readonly Action[];
}

/** An action on one line. @param bodyLength How many characters of its body are read. */
const renderAction = (action: Action, bodyLength: number): string => {
  const { type, repository, author, timestamp, title, number, state } = action;
  const what = [state, type.replace('_', ' '), number === undefined ? '' : `#${number}`];
  const size =
    action.additions === undefined && action.deletions === undefined
      ? ''
      : ` (+${action.additions ?? 0} -${action.deletions ?? 0})`;
  const pull = action.pullRequest
    ? ` [part of #${action.pullRequest.number} ${action.pullRequest.title}]`
    : '';
  const body = bodyLength > 0 && action.body ? ` — ${action.body.slice(0, bodyLength)}` : '';
  return oneLine(
    `${timestamp.slice(0, 10)} ${what.filter(Boolean).join(' ')} in ${repository.fullName} by ${author.name}${size}${openMark(action)}: ${title}${pull}${body}`,
  );
};

/** What the prompt's rules call work that is not done yet. */
export const IN_PROGRESS = '[in progress]';

const openMark = (action: Action): string => {
  if (!isInProgress(action)) return '';
  return action.branch === undefined
    ? ` ${IN_PROGRESS}`
    : ` ${IN_PROGRESS} on branch ${action.branch}`;
};

export const isInProgress = ({ type, merged, state }: Action): boolean =>
  type === 'pull_request' ? state === 'opened' : merged === false;

export const blockOf = (action: Action, bodyLength: number): Block => ({
  text: renderAction(action, bodyLength),
  actions: [action],
});

const TITLES_OF_A_UNIT = 20;

/** What belongs together on one line: the leading action, and the titles of the others. */
export const foldedBlock = (actions: readonly Action[], bodyLength: number): Block => {
  const [lead, ...others] = actions;
  if (!lead) throw new RangeError('A unit has an action.');
  const titles = others.slice(0, TITLES_OF_A_UNIT).map(({ title }) => title.slice(0, 120));
  const more = others.length > titles.length ? ` and ${others.length - titles.length} more` : '';
  const rest = titles.length > 0 ? ` | with: ${titles.join('; ')}${more}` : '';
  return { text: oneLine(renderAction(lead, bodyLength) + rest), actions };
};
