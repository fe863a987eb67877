import type { Action } from '../../../providers/action.js';
import { escapeInline, escapeStart, oneLine } from '../markdown.js';
import type { QuestionJob, RecapJob, RecapStyle } from '../recap.writer.js';
import { countPeople, enumerate } from '../tally.js';
import { describePeople, describeUnit, referTo } from './details.js';
import { countKinds } from './kind.count.js';
import { labelOf, OPEN_LABELS, RELEASE_LABELS } from './label.js';
import { quoteUnits, shortened } from './title.js';
import type { Topic } from './topic.js';
import { TOLD } from './unit.groups.js';
import type { Unit } from './unit.js';
import { isPrerelease, isVersion } from './version.title.js';

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

/** Bullets about work that is done: `**New in auth**: rotate signing keys (#12); refuse unknown keys`. */
export const phraseTopics = (topics: readonly Topic[], phrasing: Phrasing): Bullet[] => {
  const seen = new Set<string>();
  return topics.map((topic) => {
    const { units, scope } = topic;
    const [first] = units;
    const label = labelOf(topic, phrasing.style);
    const name = labelled(label, scope);
    const repository = first && phrasing.nameRepository(first);
    const heading = joinHeading([
      repository,
      seen.has(`${repository}\n${name}`) ? also(name, label) : name,
    ]);
    seen.add(`${repository}\n${name}`);
    const quoted = quoteUnits(units, { label, scope });
    const titles =
      first && units.length === 1
        ? firstTitles(quoted.flat()) + describeUnit(first, phrasing.namePeople)
        : tellUnits(units, quoted, phrasing.namePeople);
    return {
      text: heading ? `${heading}: ${titles}` : escapeStart(capitalised(titles)),
      actions: inOrderOfTelling(units),
    };
  });
};

/** Two bullets do not bear the same name. */
const also = (name: string, label: string): string => {
  if (name === '') return '';
  if (label === '') return `More in ${name}`;
  return `Also ${/^\p{Lu}\p{Ll}/u.test(name) ? name.charAt(0).toLowerCase() + name.slice(1) : name}`;
};

/** Titles of gathered updates that are quoted; further ones are counted. */
const firstTitles = (titles: readonly string[]): string => {
  const more = titles.length - TOLD;
  const quoted = titles.slice(0, TOLD).join('; ');
  return more > 0 ? `${quoted}; and ${more} more` : quoted;
};

const tellUnits = (
  units: readonly Unit[],
  quoted: readonly (readonly string[])[],
  namePeople: boolean,
): string => {
  const titles = units.map((unit, index) => firstTitles(quoted[index] ?? []) + referTo(unit));
  const actions = units.flatMap((unit) => unit.actions);
  const people = describePeople(actions, namePeople).trim();
  return titles.join('; ') + (people && ` (${people})`);
};

/** Names of releases in one bullet; further ones are counted. */
const NAMED_RELEASES = 8;
const RELEASE_NAME_LENGTH = 60;

/** One bullet for all releases: `**Released**: v8.2.1, create-vite@9.1.2; 3 pre-releases`. */
export const phraseReleases = (units: readonly Unit[], phrasing: Phrasing): Bullet => {
  const texts = units.map((unit) => {
    const repository = phrasing.nameRepository(unit);
    return (repository ? `${repository} ` : '') + describeReleases(releasesOf(unit));
  });
  const released = units.flatMap(releasesOf);
  const others = units.flatMap(({ actions }) => actions).filter((one) => !released.includes(one));
  return {
    text: `**${RELEASE_LABELS[phrasing.style]}**: ${texts.join('; ')}`,
    actions: [...released, ...others],
  };
};

/** What was released; where a host tells of none, the commits that are named by a version. */
const releasesOf = ({ actions }: Unit): Action[] => {
  const releases = actions.filter(({ type }) => type === 'release');
  const versions = actions.filter(({ title }) => isVersion(oneLine(title)));
  const found = releases.length > 0 ? releases : versions.length > 0 ? versions : [...actions];
  const isPlain = ({ title }: Action): number => (/^v?\d/.test(title) ? 0 : 1);
  return found
    .sort((one, other) => isPlain(one) - isPlain(other))
    .sort((one, other) => Number(isPrerelease(one.title)) - Number(isPrerelease(other.title)));
};

const describeReleases = (releases: readonly Action[]): string => {
  const finals = releases.filter(({ title }) => !isPrerelease(title));
  const named = (finals.length > 0 ? finals : releases.slice(0, 1)).map(({ title }) =>
    escapeInline(shortened(oneLine(title), RELEASE_NAME_LENGTH)),
  );
  const names = [...new Set(named)];
  const more = names.length - NAMED_RELEASES;
  const told = more > 0 ? [...names.slice(0, NAMED_RELEASES), `${more} more`] : names;
  const early = finals.length > 0 ? releases.length - finals.length : releases.length - 1;
  const rest = early > 0 ? ` (and ${early} ${early === 1 ? 'pre-release' : 'pre-releases'})` : '';
  return enumerate(told) + rest;
};

/** One bullet for what is not merged: `**In progress**: hotUpdate hook (on branch feat/hot-update)`. */
export const phraseOpen = (units: readonly Unit[], phrasing: Phrasing): Bullet => {
  const told = units.slice(0, TOLD);
  const quoted = quoteElsewhere(told, phrasing, true);
  const titles = told.map((unit, index) => `${quoted[index]?.[0] ?? ''}${describeOpen(unit)}`);
  const more = units.length - titles.length;
  return {
    text: `**${OPEN_LABELS[phrasing.style]}**: ${titles.join('; ')}${more > 0 ? `; and ${more} more` : ''}`,
    actions: inOrderOfTelling(units),
  };
};

/** ` (#5 open, approved)`, ` (on branch feat/hot-update)`. */
const describeOpen = ({ actions, lead }: Unit): string => {
  if (lead.branch !== undefined) return ` (on branch ${escapeInline(lead.branch)})`;
  const [pull] = actions.filter(({ type }) => type === 'pull_request');
  const verdict = ['changes_requested', 'approved'].find((state) =>
    actions.some((action) => action.state === state),
  );
  const number = pull?.number ?? lead.pullRequest?.number;
  const told = [
    number === undefined ? 'not merged' : `#${number} open`,
    verdict?.replace('_', ' '),
  ];
  return ` (${told.filter(Boolean).join(', ')})`;
};

/** One bullet for what got none of its own: the best of it, then how much more there is. */
export const phraseRest = (units: readonly Unit[], phrasing: Phrasing): Bullet => {
  const main = units.filter(({ upkeep, open }) => !upkeep && !open);
  const told = main.length > 0 ? main.slice(0, TOLD) : units.slice(0, TOLD - 1);
  const others = units.filter((unit) => !told.includes(unit));
  const titles = tellUnits(told, quoteElsewhere(told, phrasing, false), false);
  const rest = others.length > 0 ? `; and ${enumerate(countKinds(others))}` : '';
  return { text: `**Also**: ${titles}${rest}`, actions: inOrderOfTelling([...told, ...others]) };
};

/** The titles of units that may be of several repositories. */
const quoteElsewhere = (
  units: readonly Unit[],
  { nameRepository }: Phrasing,
  open: boolean,
): string[][] =>
  quoteUnits(units, { label: '', scope: '', open }).map((titles, index) => {
    const unit = units[index];
    const repository = unit && nameRepository(unit);
    return titles.map((title) => (repository ? `${repository}: ${title}` : title));
  });

const labelled = (label: string, scope?: string): string => {
  if (scope === undefined) return label;
  return label ? `${label} in ${escapeInline(scope)}` : escapeInline(scope);
};

const joinHeading = (parts: readonly (string | undefined)[]): string => {
  const [first, ...others] = parts.filter(Boolean);
  return first ? [`**${first}**`, ...others].join(' · ') : '';
};

const capitalised = (text: string): string =>
  text.replace(/^\p{Ll}(?=[\p{Ll} ])/u, (letter) => letter.toUpperCase());

/** First what the quoted titles came from, then all the rest. */
const inOrderOfTelling = (units: readonly Unit[]): Action[] => [
  ...units.map((unit) => unit.lead),
  ...units.flatMap((unit) => unit.actions.filter((action) => action !== unit.lead)),
];
