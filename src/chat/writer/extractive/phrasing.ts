import type { Action } from '../../../providers/action.js';
import { escapeInline, escapeStart, oneLine } from '../markdown.js';
import type { QuestionJob, RecapJob, RecapStyle } from '../recap.writer.js';
import { count, countPeople, describeTypes, enumerate } from '../tally.js';
import type { ChangeKind } from './change.kind.js';
import { countKinds } from './kind.count.js';
import { labelOf } from './label.js';
import { parseSubject } from './subject.js';
import type { Topic } from './topic.js';
import type { Unit } from './unit.js';
import { isSizeKnown, sizeOf } from './weight.js';

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

export const phrasingOf = ({ style, actions }: RecapJob | QuestionJob): Phrasing => ({
  style,
  nameRepository: repositoryNames(actions),
  namePeople: countPeople(actions) > 1,
});

/** The last part of a repository's name where that is enough to tell it from the others. */
const repositoryNames = (actions: readonly Action[]): ((unit: Unit) => string | undefined) => {
  const fullNames = new Map(actions.map(({ repository }) => [repository.id, repository.fullName]));
  const shortNames = [...fullNames.values()].map(shortName);
  const ambiguous = new Set(shortNames).size < shortNames.length;

  return ({ repository }) => {
    if (fullNames.size < 2) return undefined;
    return escapeInline(ambiguous ? repository.fullName : shortName(repository.fullName));
  };
};

const shortName = (fullName: string): string => fullName.split('/').at(-1) || fullName;

/** Titles quoted in one bullet; further ones are counted. */
const QUOTED_TITLES = 3;
const TITLE_LENGTH = 110;
const NAMED_PEOPLE = 2;

/** A bullet about one topic: `**New in auth**: rotate signing keys (#12 merged, 4 commits, +210 −34)`. */
export const phraseTopic = (topic: Topic, phrasing: Phrasing): Bullet => {
  const [first] = topic.units;
  const kind = labelOf(topic, phrasing.style);
  const heading = joinHeading([
    first && phrasing.nameRepository(first),
    withScope(kind, topic.scope),
  ]);

  const titles = quoteTitles(topic.units, kind !== '');
  const text = heading ? `${heading}: ${titles}` : escapeStart(capitalised(titles));
  return {
    text: `${text}${describeDetails(topic.units, phrasing)}`,
    actions: inOrderOfTelling(topic.units),
  };
};

/** One bullet that counts what got none of its own. */
export const phraseRest = (units: readonly Unit[], phrasing: Phrasing): Bullet => {
  const repositories = [...new Set(units.map(phrasing.nameRepository))].filter(isPresent);
  const where =
    repositories.length > NAMED_PEOPLE
      ? `${repositories.length} repositories`
      : enumerate(repositories);
  const heading = joinHeading([where ? `Also in ${where}` : 'Also']);
  return {
    text: `${heading}: ${enumerate(countKinds(units))}${describeDetails(units, phrasing)}`,
    actions: inOrderOfTelling(units),
  };
};

const isPresent = (value: string | undefined): value is string => value !== undefined;

const withScope = (label: string, scope?: string): string => {
  if (scope === undefined) return label;
  return label ? `${label} in ${escapeInline(scope)}` : escapeInline(scope);
};

const joinHeading = (parts: readonly (string | undefined)[]): string => {
  const [first, ...others] = parts.filter(Boolean);
  return first ? [`**${first}**`, ...others].join(' · ') : '';
};

const quoteTitles = (units: readonly Unit[], labelled: boolean): string => {
  const titles = [...new Set(units.flatMap((unit) => quoteUnit(unit, labelled)))];
  const quoted = titles.slice(0, QUOTED_TITLES);
  const more = titles.length - quoted.length;
  return more > 0 ? `${quoted.join('; ')}; and ${more} more` : quoted.join('; ');
};

/** A unit has one title; only what gathers dependency updates quotes each of them. */
const quoteUnit = ({ subject, actions }: Unit, labelled: boolean): string[] => {
  const gathered = subject.kind === 'dependencies';
  const texts = gathered ? actions.map(({ title }) => parseSubject(title).text) : [subject.text];
  return texts.map((text) => {
    const line = oneLine(text);
    return escapeInline(shortened(labelled ? withoutVerb(line, subject.kind) : line));
  });
};

const REPEATED_VERBS: Partial<Record<ChangeKind, RegExp>> = {
  feature: /^(?:adds?|added|introduces?|implements?) (?!to |in |into )/i,
  fix: /^(?:fix(?:e[sd])?) (?!for |in |up )/i,
  removal: /^(?:removes?d?|deletes?d?) (?!from )/i,
  documentation: /^documents? /i,
  dependencies: /^(?:bump|upgrade|update)s? (?:the |dependency )?/i,
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
    describeActions(units, actions) + describePeople(actions, phrasing),
    describeSize(units),
  ];
  const told = details.filter(Boolean).join(', ').trim();
  return told ? ` (${told})` : '';
};

const describeActions = (units: readonly Unit[], actions: readonly Action[]): string => {
  const pulls = actions.filter(({ type }) => type === 'pull_request');
  const [pull] = pulls;
  const [unit] = units;
  if (pull && pulls.length === 1) {
    const others = describeTypes(actions.filter((action) => action !== pull));
    return [referenceOf(pull), others].filter(Boolean).join(', ');
  }
  if (actions.length > 1 || !unit) return describeTypes(actions);
  return referenceOf({ ...unit.lead, number: unit.lead.number ?? unit.subject.pullRequest });
};

const MERGE_REQUEST_URL = /\/(?:merge_requests|pullrequest)\//;

/** `#12 merged`, on GitLab and Azure DevOps `!12 merged`; issues are `#7` everywhere. */
const referenceOf = ({ provider, type, number, state, pullRequest }: Action): string => {
  if (number === undefined) return '';
  const saysBang = ['gitlab', 'azure-devops'].includes(provider);
  const isBang = saysBang || MERGE_REQUEST_URL.test(pullRequest?.url ?? '');
  const sign = isBang && type !== 'issue' ? '!' : '#';
  return [`${sign}${number}`, state?.replace('_', ' ')].filter(Boolean).join(' ');
};

const describePeople = (actions: readonly Action[], { namePeople }: Phrasing): string => {
  if (!namePeople) return '';
  const people = countPeople(actions);
  const humans = actions.filter(({ author }) => !author.bot);
  const names = [...new Set(humans.map(({ author }) => escapeInline(author.name)))].filter(Boolean);
  if (people === 0 || names.length === 0) return '';
  return people > NAMED_PEOPLE || names.length > NAMED_PEOPLE
    ? ` by ${count(people, 'person', 'people')}`
    : ` by ${enumerate(names)}`;
};

/** Nothing where a part of the sizes is not known: a sum of the rest would be a wrong number. */
const describeSize = (units: readonly Unit[]): string => {
  if (!units.every(({ actions }) => isSizeKnown(actions))) return '';
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
