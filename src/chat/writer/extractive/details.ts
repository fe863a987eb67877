import type { Action } from '../../../providers/action.js';
import { escapeInline } from '../markdown.js';
import { describeTypes, enumerate, peopleOf } from '../tally.js';
import type { Unit } from './unit.js';
import { isSizeKnown, sizeOf } from './weight.js';

const NAMED_PEOPLE = 2;

/** Of one unit: `(#12 merged, 4 commits by Ada, +210 −34)`; empty where there is nothing to add. */
export const describeUnit = (unit: Unit, namePeople: boolean): string => {
  const details = [
    describeActions(unit) + describePeople(unit.actions, namePeople),
    describeSize(unit),
  ];
  const told = details.filter(Boolean).join(', ').trim();
  return told ? ` (${told})` : '';
};

/** Behind one of several titles: ` (#12)`, or the first and the last of what was done several times. */
export const referTo = ({ actions, variants }: Unit): string => {
  const references = [...new Set(actions.map(numberOf))].filter(Boolean);
  const [only] = references;
  if (only === undefined) return '';
  if (variants.length === 0 || references.length === 1) return ` (${only})`;
  const ordered = references.sort(new Intl.Collator('en', { numeric: true }).compare);
  return ` (${[ordered[0], ordered.at(-1)].join('–')})`;
};

/** ` by Ada and Lin`; by nobody where they are many, as a number would say little. */
export const describePeople = (actions: readonly Action[], namePeople: boolean): string => {
  if (!namePeople) return '';
  const names = peopleOf(actions).map((name) => escapeInline(name));
  const isKnown = names.length > 0 && names.every(Boolean);
  return isKnown && names.length <= NAMED_PEOPLE ? ` by ${enumerate(names)}` : '';
};

const describeActions = (unit: Unit): string => {
  const { actions, lead, subject } = unit;
  const pulls = actions.filter(({ type }) => type === 'pull_request');
  const [pull] = pulls;
  if (pull && pulls.length === 1) {
    const others = describeTypes(actions.filter((action) => action !== pull));
    return [referenceOf(pull), others].filter(Boolean).join(', ');
  }
  if (actions.length > 1) {
    const reference =
      actions.every((action) => numberOf(action) === numberOf(lead)) && numberOf(lead);
    return [reference, describeTypes(actions)].filter(Boolean).join(', ');
  }
  return referenceOf({ ...lead, number: lead.number ?? subject.pullRequest });
};

const MERGE_REQUEST_URL = /\/(?:merge_requests|pullrequest)\//;

/** `#12 merged`, on GitLab and Azure DevOps `!12 merged`; issues are `#7` everywhere. */
const referenceOf = (action: Action): string => {
  const number = signed(action, action.number);
  return number && [number, action.state?.replace('_', ' ')].filter(Boolean).join(' ');
};

/** `#12`: the pull request's own number or that of the one it came with. */
const numberOf = (action: Action): string =>
  signed(action, action.number ?? action.pullRequest?.number);

const signed = ({ provider, type, pullRequest }: Action, number: number | undefined): string => {
  if (number === undefined) return '';
  const saysBang = ['gitlab', 'azure-devops'].includes(provider);
  const isBang = saysBang || MERGE_REQUEST_URL.test(pullRequest?.url ?? '');
  return `${isBang && type !== 'issue' ? '!' : '#'}${number}`;
};

/** Nothing where a part of the sizes is not known: a sum of the rest would be a wrong number. */
const describeSize = ({ actions }: Unit): string => {
  if (!isSizeKnown(actions)) return '';
  const { additions, deletions } = sizeOf(actions);
  return additions + deletions > 0 ? `+${additions} −${deletions}` : '';
};
