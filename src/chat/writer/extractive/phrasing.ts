import type { Action } from '../../../providers/action.js';
import { escapeMarkdown, oneLine } from '../markdown.js';
import type { RecapStyle } from '../recap.writer.js';
import { count, countPeople, describeTypes, enumerate } from '../tally.js';
import type { ChangeKind } from './change.kind.js';
import { labelOf } from './label.js';
import type { Topic } from './topic.js';
import type { Unit } from './unit.js';
import { sizeOf } from './weight.js';

/** One line of Markdown without its marker, and the actions it rests on, the telling ones first. */
export interface Bullet {
  readonly text: string;
  readonly actions: readonly Action[];
}

/** What is the same in all bullets of a recap. */
export interface Phrasing {
  readonly style: RecapStyle;
  /** A repository's name to show, or undefined where there is only one. */
  readonly nameRepository: (unit: Unit) => string | undefined;
  /** Whether there are several people, and so a reason to name them. */
  readonly namePeople: boolean;
}

/** Titles quoted in one bullet; further ones are counted. */
const QUOTED_TITLES = 3;
const TITLE_LENGTH = 110;
const NAMED_PEOPLE = 2;

/** A bullet about one topic: `**New in auth**: rotate signing keys (#12 merged, 4 commits, +210 −34)`. */
export const phraseTopic = (topic: Topic, phrasing: Phrasing): Bullet => {
  const [first] = topic.units;
  const label = withScope(labelOf(topic, phrasing.style), topic.scope);
  const breaking = topic.units.some(({ subject }) => subject.breaking) ? 'Breaking' : '';
  const heading = joinHeading([first && phrasing.nameRepository(first), breaking, label]);

  const titles = quoteTitles(topic.units, label !== '');
  const text = heading ? `${heading}: ${titles}` : capitalised(titles);
  return {
    text: `${text}${describeDetails(topic.units, phrasing)}`,
    actions: inOrderOfTelling(topic.units),
  };
};

/** One bullet that counts what got none of its own. */
export const phraseRest = (units: readonly Unit[], phrasing: Phrasing): Bullet => {
  const totals = new Map<ChangeKind, number>();
  for (const { subject } of units) totals.set(subject.kind, (totals.get(subject.kind) ?? 0) + 1);
  const kinds = [...totals]
    .sort(([, one], [, other]) => other - one)
    .map(([kind, total]) => count(total, ...KIND_NOUNS[kind]));

  const repositories = [...new Set(units.map(phrasing.nameRepository))].filter(isPresent);
  const where =
    repositories.length > NAMED_PEOPLE
      ? `${repositories.length} repositories`
      : enumerate(repositories);
  const heading = joinHeading([where ? `Also in ${where}` : 'Also']);
  return {
    text: `${heading}: ${enumerate(kinds)}${describeDetails(units, phrasing)}`,
    actions: inOrderOfTelling(units),
  };
};

const KIND_NOUNS: Readonly<Record<ChangeKind, [one: string, many?: string]>> = {
  release: ['release'],
  feature: ['addition'],
  fix: ['fix', 'fixes'],
  security: ['security fix', 'security fixes'],
  performance: ['speed-up'],
  removal: ['removal'],
  revert: ['revert'],
  refactoring: ['rework'],
  other: ['other change'],
  documentation: ['change of the documentation', 'changes of the documentation'],
  test: ['change of tests', 'changes of tests'],
  issue: ['issue'],
  review: ['review'],
  build: ['build change'],
  ci: ['CI change'],
  chore: ['chore'],
  dependencies: ['batch of dependency updates', 'batches of dependency updates'],
};

const isPresent = (value: string | undefined): value is string => value !== undefined;

const withScope = (label: string, scope?: string): string => {
  if (scope === undefined) return label;
  return label ? `${label} in ${escapeMarkdown(scope)}` : escapeMarkdown(scope);
};

const joinHeading = (parts: readonly (string | undefined)[]): string => {
  const [first, ...others] = parts.filter(Boolean);
  return first ? [`**${first}**`, ...others].join(' · ') : '';
};

const quoteTitles = (units: readonly Unit[], labelled: boolean): string => {
  const titles = [...new Set(units.map((unit) => quoteTitle(unit, labelled)))];
  const quoted = titles.slice(0, QUOTED_TITLES);
  const more = titles.length - quoted.length;
  return more > 0 ? `${quoted.join('; ')}; and ${more} more` : quoted.join('; ');
};

const quoteTitle = ({ subject }: Unit, labelled: boolean): string => {
  const text = labelled ? withoutVerb(oneLine(subject.text), subject.kind) : subject.text;
  return escapeMarkdown(shortened(text));
};

const REPEATED_VERBS: Partial<Record<ChangeKind, RegExp>> = {
  feature: /^(?:adds?|added|introduces?|implements?) (?!to |in |into )/i,
  fix: /^(?:fix(?:e[sd])?) (?!for |in |up )/i,
  removal: /^(?:removes?d?|deletes?d?) (?!from )/i,
  documentation: /^(?:documents?) /i,
};

/** Behind the label "Fixed", "fix a crash" reads "a crash". */
const withoutVerb = (text: string, kind: ChangeKind): string => {
  const verb = REPEATED_VERBS[kind];
  return verb ? text.replace(verb, '') || text : text;
};

const shortened = (text: string): string => {
  const characters = [...text];
  if (characters.length <= TITLE_LENGTH) return text;
  const start = characters.slice(0, TITLE_LENGTH).join('');
  const wordEnd = start.lastIndexOf(' ');
  return `${wordEnd > TITLE_LENGTH / 2 ? start.slice(0, wordEnd) : start}…`;
};

const capitalised = (text: string): string =>
  text.replace(/^\p{Ll}(?=[\p{Ll} ])/u, (letter) => letter.toUpperCase());

/** `(#12 merged, 4 commits by Ada, +210 −34)`; empty where there is nothing to add. */
const describeDetails = (units: readonly Unit[], phrasing: Phrasing): string => {
  const actions = units.flatMap((unit) => unit.actions);
  const details = [
    describeActions(actions) + describePeople(actions, phrasing),
    describeSize(units),
  ];
  const told = details.filter(Boolean).join(', ').trim();
  return told ? ` (${told})` : '';
};

const describeActions = (actions: readonly Action[]): string => {
  const pulls = actions.filter(({ type }) => type === 'pull_request');
  const [pull] = pulls;
  if (!pull || pulls.length > 1)
    return actions.length > 1 ? describeTypes(actions) : referenceOf(actions[0]);

  const others = actions.filter((action) => action !== pull);
  return [referenceOf(pull), others.length > 0 ? describeTypes(others) : '']
    .filter(Boolean)
    .join(', ');
};

/** `#12 merged`, on GitLab and Azure DevOps `!12 merged`; issues are `#7` everywhere. */
const referenceOf = (action: Action | undefined): string => {
  if (action?.number === undefined || action.type === 'commit') return '';
  const sign = action.provider === 'github' || action.type === 'issue' ? '#' : '!';
  return [`${sign}${action.number}`, action.state?.replace('_', ' ')].filter(Boolean).join(' ');
};

const describePeople = (actions: readonly Action[], { namePeople }: Phrasing): string => {
  if (!namePeople) return '';
  const people = countPeople(actions);
  const names = [
    ...new Set(actions.filter(({ author }) => !author.bot).map(({ author }) => author.name)),
  ];
  if (people === 0 || names.length === 0) return '';
  return people > NAMED_PEOPLE || names.length > NAMED_PEOPLE
    ? ` by ${count(people, 'person', 'people')}`
    : ` by ${enumerate(names.map(escapeMarkdown))}`;
};

const describeSize = (units: readonly Unit[]): string => {
  const sizes = units.map((unit) => sizeOf(unit.actions));
  const additions = sizes.reduce((sum, size) => sum + size.additions, 0);
  const deletions = sizes.reduce((sum, size) => sum + size.deletions, 0);
  return additions + deletions > 0 ? `+${additions} −${deletions}` : '';
};

/** First what the quoted titles came from, then all the rest. */
const inOrderOfTelling = (units: readonly Unit[]): Action[] => [
  ...units.map((unit) => unit.lead),
  ...units.flatMap((unit) => unit.actions.filter((action) => action !== unit.lead)),
];
