import type { Action } from '../../../providers/action.js';
import { type ChangeKind, UPKEEP } from './change.kind.js';
import { isBump, isNoise, mergedPullRequest } from './noise.js';
import { parseSubject, titleKey, type Subject } from './subject.js';

/** An action with what its title tells and the key of its unit. */
export interface Reading {
  readonly action: Action;
  readonly subject: Subject;
  readonly noise: boolean;
  readonly key: string;
  readonly pullRequest?: { readonly number: number; readonly title: string };
}

const CLOSES = /\b(?:fix(?:es|ed)?|close[sd]?|resolve[sd]?|refs?|part of):? +#(\d{1,9})\b/gi;

export const issueNumbers = ({ title, body = '' }: Action): number[] =>
  [...`${title}\n${body}`.matchAll(CLOSES)].map(([, number]) => Number(number));

export const issueKey = ({ repository }: Action, number: number): string =>
  `${repository.id}#issue:${number}`;

export const read = (action: Action): Reading => {
  const pullRequest = action.pullRequest ?? mergedPullRequest(action);
  const subject = subjectOf(action);
  return {
    action,
    subject,
    pullRequest,
    noise: isNoise(action, subject),
    key: keyOf(action, subject, pullRequest?.number),
  };
};

/** Actions with the same key are one piece of work. */
const keyOf = (action: Action, subject: Subject, pullRequest: number | undefined): string => {
  const key = (rest: string): string => `${action.repository.id}#${rest}`;
  const { type, mergedBy, merged, branch, merge, sha } = action;
  if (subject.kind === 'release' || (subject.version && type === 'commit')) return key('release');
  if (type === 'issue') return issueKey(action, action.number ?? 0);
  const isOpen = merged === false || action.state === 'opened';
  if (subject.kind === 'dependencies' && !isOpen) return key('dependencies');
  const number = pullRequest ?? (type === 'commit' ? subject.pullRequest : action.number);
  if (number !== undefined) return key(`pull:${number}`);
  if (mergedBy !== undefined) return key(`merge:${mergedBy}`);
  if (merged === false && branch !== undefined) return key(`branch:${branch}`);
  if (merge) return key(`merge:${sha}`);
  const [issue] = issueNumbers(action);
  if (issue !== undefined) return issueKey(action, issue);
  return key(`title:${titleKey(action.title)}`);
};

const subjectOf = (action: Action): Subject => {
  const subject = parseSubject(action.title, action.body);
  if (action.type === 'release') return { ...subject, kind: 'release', text: action.title };
  if (action.type === 'issue') return { ...subject, kind: 'issue' };
  if (action.type === 'review') return { ...subject, kind: 'review' };
  if (isBump(action)) return { ...subject, kind: 'dependencies', scope: undefined };
  return withLabels(withoutOwnName(subject, action), action.labels);
};

/** Of an own repository's name as a scope a reader learns nothing. */
export const withoutOwnName = (subject: Subject, { repository }: Action): Subject => {
  const name = repository.fullName.split('/').at(-1)?.toLowerCase();
  return subject.scope?.toLowerCase() === name ? { ...subject, scope: undefined } : subject;
};

/** The labels that hosts offer, or that release notes are commonly made from. */
const LABELS: readonly (readonly [ChangeKind, RegExp])[] = [
  ['security', /^(?:type: ?|kind\/)?security$/i],
  ['dependencies', /^(?:type: ?)?dependenc(?:y|ies)$/i],
  ['fix', /^(?:type: ?|kind\/)?bug(?:fix)?$/i],
  ['feature', /^(?:type: ?|kind\/)?(?:enhancement|feature|new feature)$/i],
  ['documentation', /^(?:type: ?|kind\/)?(?:docs|documentation)$/i],
];
const BREAKING_LABEL = /^(?:type: ?|kind\/)?breaking(?:[ -]change)?$/i;

const withLabels = (subject: Subject, labels: readonly string[]): Subject => {
  const breaking = subject.breaking || labels.some((label) => BREAKING_LABEL.test(label));
  const told = LABELS.find(([, pattern]) => labels.some((label) => pattern.test(label)))?.[0];
  const isTold = told !== undefined && !subject.explicit && !UPKEEP.has(subject.kind);
  return { ...subject, breaking, kind: isTold ? told : subject.kind };
};
