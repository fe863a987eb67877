import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { commit, newestFirst, person } from '../../../../test/support/histories.js';
import { jobOf, writeAll } from '../../../../test/support/recap.jobs.js';
import type { Action } from '../../../providers/action.js';
import { ExtractiveWriter } from './extractive.writer.js';

/** A word that stands in one title only, without a digit. */
const wordOf = (index: number): string =>
  `thing${[...String(index)].map((digit) => 'abcdefghij'[Number(digit)]).join('')}x`;

const pull = (number: number) => ({
  number,
  title: `Work on ${wordOf(1_000 + number)}`,
  url: `https://github.com/octo/api/pull/${number}`,
});

const histories: fc.Arbitrary<Action[]> = fc
  .array(
    fc.record({
      type: fc.constantFrom('feat', 'fix', 'docs', 'test', 'ci', 'chore', ''),
      scope: fc.constantFrom('', '(net)', '(disk)'),
      where: fc.constantFrom({}, {}, { merged: true }, { merged: false, branch: 'next-thing' }),
      pullRequest: fc.constantFrom(undefined, undefined, pull(1), pull(2)),
      additions: fc.integer({ min: 0, max: 900 }),
      deletions: fc.integer({ min: 0, max: 900 }),
      name: fc.constantFrom('Ada', 'Lin', 'Grace', 'Tomás'),
    }),
    { minLength: 1, maxLength: 60 },
  )
  .map((drafts) =>
    newestFirst(
      drafts.map(({ type, scope, where, name, pullRequest, additions, deletions }, index) =>
        commit(`${type && `${type}${scope}: `}${wordOf(index)} for good`, {
          ...where,
          ...(pullRequest && { pullRequest }),
          author: person(name),
          additions,
          deletions,
        }),
      ),
    ),
  );

const numbers = (text: string, pattern: RegExp): number[] =>
  [...text.matchAll(pattern)].map(([, number]) => Number(number));
const sum = (values: readonly number[]): number => values.reduce((total, next) => total + next, 0);

describe('every number in a recap', () => {
  it('is that of the actions', async () => {
    await fc.assert(
      fc.asyncProperty(histories, fc.integer({ min: 1, max: 15 }), async (actions, bullets) => {
        const written = await writeAll(new ExtractiveWriter(), jobOf(actions, { bullets }));
        const byId = new Map(actions.map((action) => [action.id, action]));
        const people = new Set(actions.map(({ author }) => author.name)).size;
        expect(numbers(written.lines[0] ?? '', /: (\d+) commits?/g)).toEqual([actions.length]);
        expect(numbers(written.lines[0] ?? '', /by (\d+) people/g)).toEqual(
          people > 3 ? [people] : [],
        );
        for (const [index, bullet] of written.bullets.entries()) {
          const cited = (written.citations.get(index + 1) ?? []).map((id) => byId.get(id));
          const [commits = 1] = numbers(bullet, /[(, ](\d+) commits?[ ,)]/g);
          const [size] = bullet.matchAll(/\+(\d+) −(\d+)\)$/g);
          if (size && commits <= 8) {
            expect(cited).toHaveLength(commits);
            expect(Number(size[1])).toBe(sum(cited.map((action) => action?.additions ?? 0)));
            expect(Number(size[2])).toBe(sum(cited.map((action) => action?.deletions ?? 0)));
          }
        }
      }),
      { numRuns: 100 },
    );
  });

  it('adds up: what is told, counted and left out is all there is', async () => {
    await fc.assert(
      fc.asyncProperty(histories, fc.integer({ min: 1, max: 15 }), async (actions, bullets) => {
        const { text, lines } = await writeAll(new ExtractiveWriter(), jobOf(actions, { bullets }));
        const unitOf = ({ title, pullRequest, branch }: Action): string =>
          pullRequest?.title ?? branch ?? title;
        const units = new Map<string, Action[]>();
        for (const action of actions) {
          units.set(unitOf(action), [...(units.get(unitOf(action)) ?? []), action]);
        }
        const isTold = (unit: readonly Action[]): boolean =>
          unit.some(({ title, pullRequest }) =>
            [title, pullRequest?.title ?? ''].some((told) =>
              text.toLowerCase().includes(/thing\w+x/.exec(told)?.[0] ?? 'none'),
            ),
          );
        const told = [...units.values()].filter(isTold).length;
        const more = sum(numbers(text, /; and (\d+) more$/gm));
        const also = /^- \*\*Also\*\*: .*?; and ((?:\d+ [\w ]+(?:, | and )?)+)$/m.exec(text)?.[1];
        const counted = sum(numbers(also ?? '', /(\d+)/g));
        const untold = numbers(lines[0] ?? '', /(\d+) not told in so few bullets/g);
        if (untold.length === 0) expect(told + more + counted).toBe(units.size);
        else expect(told + more + counted).toBeLessThan(units.size);
      }),
      { numRuns: 100 },
    );
  });
});
