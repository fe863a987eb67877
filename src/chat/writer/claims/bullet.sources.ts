import type { Action, Author } from '../../../providers/action.js';

const NUMBERS = /\d+/g;

/** What the actions behind a bullet say, to look its claims up in. */
export class BulletSources {
  private readonly text: string;
  private readonly numbers: ReadonlySet<string>;
  private readonly references: ReadonlySet<string>;
  private readonly people: string;
  private readonly hashes: readonly string[];

  /** @param dates Of the window, ISO 8601. */
  constructor(actions: readonly Action[], dates: readonly string[]) {
    const people = actions.flatMap(({ author, coAuthors }) => [author, ...coAuthors]);
    this.people = normalized(people.flatMap(namesOf).join('\n'));
    this.hashes = actions.flatMap(({ sha }) => sha ?? []);
    this.text = normalized(actions.flatMap(textsOf).join('\n'));
    const references = actions.flatMap(({ number, pullRequest }) => [number, pullRequest?.number]);
    this.references = new Set([
      ...references.filter((number) => number !== undefined).map(String),
      ...[...this.text.matchAll(/[#!](\d{1,9})/g)].map(([, number = '']) => number),
    ]);
    this.numbers = new Set(
      [...(this.text.match(NUMBERS) ?? []), ...dates.flatMap(dateParts), ...countsOf(actions)].map(
        withoutZeros,
      ),
    );
  }

  /** As written, without what groups its digits, or by its parts where it is a date or a range. */
  hasNumber(number: string): boolean {
    const plain = normalized(number).replace(/^v/, '');
    if (this.isWhole(plain)) return true;
    const parts = plain.match(NUMBERS) ?? [];
    if (this.numbers.has(withoutZeros(parts.join('')))) return true;
    return !/[.,’']/.test(plain) && parts.every((part) => this.numbers.has(withoutZeros(part)));
  }

  hasReference(number: string): boolean {
    return this.references.has(number);
  }

  /** The name, or all the words that it is put together of. */
  hasName(name: string): boolean {
    const plain = normalized(name);
    if (this.text.includes(plain) || this.people.includes(plain)) return true;
    if (plain.length >= 7 && this.hashes.some((hash) => hash.startsWith(plain))) return true;
    const words = plain.match(/[\p{L}\p{N}_]{2,}/gu) ?? [];
    const isPhrase = /\s/.test(plain.trim());
    return isPhrase && words.length > 0 && words.every((word) => this.text.includes(word));
  }

  hasPerson(name: string): boolean {
    const words = normalized(name).split(/\s+/);
    return words.every((word) => this.people.includes(word) || this.text.includes(word));
  }

  private isWhole(number: string): boolean {
    for (let at = this.text.indexOf(number); at >= 0; at = this.text.indexOf(number, at + 1)) {
      const [before = '', after = ''] = [this.text[at - 1], this.text[at + number.length]];
      if (!/\d/.test(before) && !/\d/.test(after)) return true;
    }
    return false;
  }
}

/** The zeros of the digits that people write beside ours. */
const ZEROS = [0x0660, 0x06f0, 0x0966, 0x09e6, 0x0a66, 0x0ae6, 0x0be6, 0x0c66, 0x0ce6, 0x0e50];

export const normalized = (text: string): string =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/(?!\d)\p{Nd}/gu, (digit) => {
      const code = digit.charCodeAt(0);
      const zero = ZEROS.find((start) => code >= start && code < start + 10);
      return zero === undefined ? digit : String(code - zero);
    });

const namesOf = ({ name, login, email }: Author): string[] =>
  [name, login, email].filter((value) => value !== undefined);

const textsOf = (action: Action): string[] =>
  [
    action.title,
    action.body,
    action.repository.fullName,
    action.branch,
    action.state?.replace('_', ' '),
    action.pullRequest?.title,
    ...action.labels,
    ...[action.number, action.pullRequest?.number, action.additions, action.deletions].map(
      (number) => number?.toString(),
    ),
    action.timestamp.slice(0, 10),
  ].filter((text) => text !== undefined);

const dateParts = (date: string): string[] => date.match(/\d+/g) ?? [];

/** What can be counted in the sources themselves: they, their people, repositories, changes, lines. */
const countsOf = (actions: readonly Action[]): string[] => {
  const distinct = (values: readonly unknown[]): number =>
    new Set(values.filter((value) => value !== undefined)).size;
  const types = new Map<string, number>();
  for (const { type } of actions) types.set(type, (types.get(type) ?? 0) + 1);
  const sum = (key: 'additions' | 'deletions'): number =>
    actions.reduce((total, action) => total + (action[key] ?? 0), 0);
  return [
    actions.length,
    distinct(actions.map(({ author }) => author.name)),
    distinct(actions.map(({ repository }) => repository.id)),
    distinct(actions.map(({ pullRequest, id }) => pullRequest?.number ?? id)),
    distinct(actions.map(({ branch }) => branch)),
    ...types.values(),
    sum('additions'),
    sum('deletions'),
  ].map(String);
};

const withoutZeros = (number: string): string => number.replace(/^0+(?=\d)/, '');
