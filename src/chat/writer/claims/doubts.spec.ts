import { describe, expect, it } from '@jest/globals';
import {
  commit,
  conventional,
  issue,
  kernel,
  person,
  plain,
  pullRequest,
  repositoryNamed,
  severalRepositories,
} from '../../../../test/support/histories.js';
import { jobOf, writeAll } from '../../../../test/support/recap.jobs.js';
import type { Action } from '../../../providers/action.js';
import { ExtractiveWriter } from '../extractive/extractive.writer.js';
import { findDoubts } from './doubts.js';

const told = (text: string, cited: readonly Action[], others: readonly Action[] = []): string[] =>
  findDoubts(
    [{ bullet: 1, text, actionIds: cited.map(({ id }) => id) }],
    jobOf([...cited, ...others]),
  ).map((doubt) => doubt.text);

const ADA = commit('feat(export): write CSV files of 20 MB (ABC-12)', {
  author: person('Ada Lovelace'),
  body: 'Adds --max-size to src/export/csv.ts, as `exportRows` was slow; ships in v2.4.0.',
  pullRequest: { number: 12, title: 'CSV export', url: 'https://github.com/octo/api/pull/12' },
  additions: 1_234,
  deletions: 7,
});
const GRACE = commit('fix: totals', { author: person('Grace Hopper') });

describe('what a bullet says and none of its sources', () => {
  it.each([
    ['30 MB', '30'],
    ['v2.5.0', 'v2.5.0'],
    ['2.4.1', '2.4.1'],
    ['on 2024-05-12', '2024-05-12'],
    ['(#13)', '#13'],
    ['for ABC-13', 'ABC-13'],
    ['in `importRows`', 'importRows'],
    ['in importRows', 'importRows'],
    ['with --min-size', '--min-size'],
    ['in src/export/xml.ts', 'src/export/xml.ts'],
    ['in package.json', 'package.json'],
    ['by Zoltan Kowalczyk', 'Zoltan Kowalczyk'],
    ['with Grace Hopper', 'Grace Hopper'],
    ['for octo/web', 'octo/web'],
    ['٣٠ ميغابايت', '٣٠'],
  ])('is told of %j', (text, doubt) => {
    const web = commit('fix: footer', { repository: repositoryNamed('octo/web') });
    expect(told(`Writes CSV files ${text}`, [ADA], [GRACE, web])).toEqual([doubt]);
  });

  it.each([
    ['20 MB', '1,234 lines', '1.234 Zeilen', '+1234 −7', '٢٠ ميغابايت', '12 May 2025', '1 commit'],
    ['v2.4.0', '2.4.0', '#12', '`exportRows`', '`CSV export`', 'src/export/csv.ts', '--max-size'],
    ['ABC-12', 'by Ada Lovelace', 'von Ada Lovelace', 'in octo/api', 'as UTF-8', 'on macOS'],
    ['and/or faster', 'client-side', 'e.g. exports', 'The Export Of Rows', 'Ada made it'],
  ])('is nothing where they say it: %j', (...texts) => {
    for (const text of texts) expect(told(`Writes CSV files ${text}.`, [ADA], [GRACE])).toEqual([]);
  });

  it('is looked for in what a bullet cites, not in all there is', () => {
    expect(told('Writes files of 20 MB', [GRACE], [ADA])).toEqual(['20']);
  });

  it('is not told of a bullet without a source', () => {
    expect(told('30 MB', [])).toEqual([]);
  });

  it('is told in one short line, and not without end', () => {
    const long = `\`${'x'.repeat(180)}\``;
    expect(told(long, [ADA])[0]).toHaveLength(100);
    const many = Array.from({ length: 900 }, (_, index) => String(7_000 + index)).join(' ');
    expect(told(many, [ADA])).toHaveLength(45);
  });
});

const WORLDS = { conventional, kernel, plain, severalRepositories };
const dayOf = (timestamp: string): number => new Date(timestamp).getUTCDate();

/** The same in other words: what a model makes of an action. */
const TELLERS: Readonly<Record<string, (action: Action, title: string) => string>> = {
  en: ({ author, repository, timestamp }, title) =>
    `${author.name} took care of “${title}” in ${repository.fullName} on ${dayOf(timestamp)} May; that is 1 change.`,
  de: ({ author, repository, timestamp }, title) =>
    `Am ${dayOf(timestamp)}. Mai 2025 hat ${author.name} in ${repository.fullName} daran gearbeitet: ${title}.`,
  ja: ({ author, repository, timestamp }, title) =>
    `${author.name}が5月${dayOf(timestamp)}日に${repository.fullName}で「${title}」を行いました。`,
};
const PLANTS: readonly ((language: string) => string)[] = [
  () => ' 4711',
  () => ' v9.87.3',
  (language) =>
    ({ en: ' by Zoltan Kowalczyk', de: ' von Zoltan Kowalczyk' })[language] ??
    '、Zoltan Kowalczykによる',
  () => ' src/ghost/reader.ts',
];

/** As a model retells it: without its type, in other order. */
const retold = (title: string): string => {
  const [, text = title] = /^[\w(),/ -]+!?: (.+)$/.exec(title) ?? [];
  return text.split(' ').reverse().join(' ');
};

describe.each(Object.entries(TELLERS))('bullets in %s', (language, tell) => {
  const jobs = Object.values(WORLDS).map((world) => jobOf(world()));
  const bulletsOf = (actions: readonly Action[], plant: (index: number) => string) =>
    actions.map((action, index) => ({
      bullet: index + 1,
      text: tell(action, retold(action.title)).replace(/[.。]$/, plant(index)),
      actionIds: [action.id],
    }));

  it('are hardly ever doubted where they only say what their sources say', () => {
    for (const job of jobs) {
      const bullets = bulletsOf(job.actions, () => '.');
      const doubted = new Set(findDoubts(bullets, job).map(({ bullet }) => bullet));
      expect(doubted.size / bullets.length).toBeLessThanOrEqual(0.02);
    }
  });

  it('are doubted where something was planted into every third', () => {
    let planted = 0;
    let found = 0;
    for (const job of jobs) {
      const isPlanted = (index: number): boolean => index % 3 === 0;
      const plantOf = (index: number) => PLANTS[(index / 3) % PLANTS.length]?.(language) ?? '';
      const bullets = bulletsOf(job.actions, (index) => (isPlanted(index) ? plantOf(index) : '.'));
      const doubted = new Set(findDoubts(bullets, job).map(({ bullet }) => bullet));
      planted += bullets.filter((_, index) => isPlanted(index)).length;
      found += bullets.filter(
        ({ bullet }, index) => isPlanted(index) && doubted.has(bullet),
      ).length;
    }
    expect(found / planted).toBeGreaterThanOrEqual(0.95);
  });
});

describe('the recap without a language model', () => {
  it.each(Object.entries(WORLDS))('says nothing of its own of the history %s', async (_, world) => {
    const job = jobOf([...world(), pullRequest(77, 'Icons', { state: 'opened' }), issue(78, 'A')]);
    const { bullets, citations, end } = await writeAll(new ExtractiveWriter(), job);
    expect(end.doubtful).toEqual([]);
    const cited = bullets
      .map((text, index) => ({
        bullet: index + 1,
        text,
        actionIds: citations.get(index + 1) ?? [],
      }))
      // What is counted and not cited cannot be looked up.
      .filter(({ text, actionIds }) => !text.includes('**Also**') && actionIds.length < 8);
    expect(findDoubts(cited, job)).toEqual([]);
  });
});
