import { describe, expect, it } from '@jest/globals';
import {
  commit,
  issue,
  newestFirst,
  plain,
  pullRequest,
  release,
  repositoryNamed,
} from '../../../../test/support/histories.js';
import { jobOf, writeAll, type Written } from '../../../../test/support/recap.jobs.js';
import type { Action } from '../../../providers/action.js';
import type { RecapJob } from '../recap.writer.js';
import { ExtractiveWriter } from './extractive.writer.js';

const write = (actions: readonly Action[], more?: Partial<RecapJob>): Promise<Written> =>
  writeAll(new ExtractiveWriter(), jobOf(newestFirst(actions), more));

const commits = (...titles: string[]): Action[] => titles.map((title) => commit(title));
const many = (count: number, title: (index: number) => string): Action[] =>
  Array.from({ length: count }, (_, index) => commit(title(index)));

describe('what a recap chooses', () => {
  it('tells all releases in one bullet, and the commits that set their versions are part of it', async () => {
    const { bullets, citations } = await write([
      ...commits('feat: export', 'fix: import', 'chore(release): v1.2.0', 'Bump version'),
      release('lib@0.4.1'),
      release('v1.2.0'),
      release('v1.2.0-rc.1'),
    ]);
    expect(bullets[0]).toBe('- **Released**: v1.2.0 and lib@0.4.1 (and 1 pre-release)');
    expect(citations.get(1)).toHaveLength(5);
    expect(bullets.slice(1).join()).not.toMatch(/version|v1/i);
  });

  it('takes no commit for a release that only names a version', async () => {
    const { text } = await write(commits('Python 3.8', 'Update 2.0', 'feat: export'));
    expect(text).not.toContain('Released');
  });

  it('names releases by the commits that are versions where the host tells of none', async () => {
    const { bullets } = await write(commits('1.2.0', 'feat: export'));
    expect(bullets).toEqual(['- **Released**: 1.2.0', '- **New**: export']);
  });

  it('puts what only those meet who work on it behind what users meet', async () => {
    const upkeep = commits(
      ...['docs', 'test', 'ci', 'chore', 'build'].map((type) => `${type}: of this and that`),
      'Fix a typo',
    );
    const { bullets } = await write([...upkeep, ...commits('Show invoices', 'fix: totals')]);
    const kinds = bullets.map((bullet) => /invoices|totals/.test(bullet));
    expect(kinds).toEqual([true, true, false, false, false]);
  });

  it('puts what breaks and what closes a hole on top', async () => {
    const { bullets } = await write([
      ...many(20, (index) => `feat(area${index}): thing ${index}`),
      ...commits('fix: escape names (CVE-2026-12345)', 'refactor!: rename events'),
    ]);
    expect(bullets[0]).toContain('rename events');
    expect(bullets[1]).toMatch(/^- \*\*Security\*\*: escape names/);
  });

  it('lets labels tell what titles do not', async () => {
    const { bullets } = await write([
      pullRequest(1, 'Totals of empty invoices', { labels: ['bug'] }),
      pullRequest(2, 'Names of events', { labels: ['breaking-change'] }),
    ]);
    expect(bullets[0]).toContain('**Breaking**: Names of events');
  });

  it('joins nothing by a shared word', async () => {
    const { bullets } = await write(plain(), { bullets: 15 });
    expect(bullets.filter((bullet) => bullet.includes('nvoices'))).toHaveLength(3);
  });

  it('names the deepest scope that changes share, and what of it is left before each title', async () => {
    const scopes = ['go/analysis/modernize: minmax', 'go/analysis/printf: verbs'];
    const { bullets } = await write([
      ...commits(...scopes),
      ...many(9, (index) => `area${index}: ${'thing '.repeat(index)}`),
    ]);
    expect(bullets.join('\n')).toMatch(
      /\*\*go\/analysis\*\*: (?:modernize: minmax; printf: verbs|printf: verbs; modernize: minmax)/,
    );
  });

  it('takes no folder for a place that holds nearly everything', async () => {
    const { bullets } = await write(many(40, (index) => `go/area${index}: thing ${index}`));
    expect(bullets.join()).not.toContain('**go**');
  });

  it('makes one change of its backports', async () => {
    const titles = [6, 5, 4].map((version) => `backport the unsafe check to v${version}`);
    const { bullets } = await write([
      ...titles.map((title, index) => commit(`${title} (#${10 + index})`)),
      ...commits('[9.0.x] Round amounts', '[8.2.x] Round amounts', 'Round amounts'),
    ]);
    expect(bullets).toHaveLength(2);
    expect(bullets.join('\n')).toContain('Backport the unsafe check to v6, v5 and v4 (3 commits)');
    expect(bullets.join('\n')).toContain('- Round amounts (3 commits)');
  });

  it('tells of versions that followed each other the last', async () => {
    const { text } = await write(commits('Update rolldown to 1.1.1', 'Update rolldown to 1.1.2'));
    expect(text).toContain('rolldown to 1.1.2 (2 commits)');
    expect(text).not.toContain('1.1.1');
  });

  it('takes the commits of one merge for one piece of work', async () => {
    const { bullets } = await write([
      commit('parse alternates', { mergedBy: 'abc', additions: 2, deletions: 0 }),
      commit('support nested alternates', { mergedBy: 'abc', additions: 90, deletions: 3 }),
      commit("Merge branch 'alternates'", { merge: true, sha: 'abc', body: 'Globs nest.' }),
      ...commits('fix: totals'),
    ]);
    expect(bullets).toEqual([
      '- Support nested alternates (3 commits, +92 −3)',
      '- **Fixed**: totals',
    ]);
  });

  it('tells three changes a bullet and cites these first', async () => {
    const actions = many(30, (index) => `feat: thing number ${index}`);
    const { bullets, citations } = await write(actions);
    for (const [index, bullet] of bullets.entries()) {
      const told = [...bullet.matchAll(/thing number (\d+)/g)].map(([, number]) => Number(number));
      expect(told).toHaveLength(3);
      const cited = (citations.get(index + 1) ?? []).slice(0, 3);
      expect(cited).toEqual(told.map((number) => actions[number]?.id));
    }
  });

  it('says the best of what is left, then how much more there is', async () => {
    const { bullets } = await write([
      ...many(18, (index) => `feat: thing number ${index}`),
      ...commits('docs: one page', 'docs: other pages'),
    ]);
    expect(bullets.at(-1)).toMatch(
      /^- \*\*Also\*\*: (?:new: thing number \d+(?:; )?){3}; and 3 additions and 2 documentation changes$/,
    );
  });

  it('lets every repository be heard before another is heard again', async () => {
    const web = repositoryNamed('octo/web');
    const { bullets } = await write([
      ...many(40, (index) => `feat: thing number ${index}`),
      pullRequest(4, 'Fix the footer', { repository: web, additions: 90, deletions: 4 }),
    ]);
    expect(bullets.slice(0, 2).join()).toContain('**web**');
  });

  it('does not name a repository’s own name as a scope', async () => {
    const { bullets } = await write(commits('feat(api): export'));
    expect(bullets).toEqual(['- **New**: export']);
  });

  it('leaves out what says nothing', async () => {
    const noise = ['wip', 'u', 'tweaks', 'Apply suggestions from code review', 'fixup! feat: a'];
    const { bullets } = await write(commits(...noise, 'feat: export', 'fix: totals'));
    expect(bullets).toEqual(['- **New**: export', '- **Fixed**: totals']);
  });
});

describe('work in progress', () => {
  const open = { merged: false, branch: 'feat/hot-update' } as const;

  it('is told last and as such, one branch at a time by what changed most', async () => {
    const { bullets } = await write([
      commit('feat(dev): hotUpdate hook', { ...open, additions: 509, deletions: 9 }),
      commit('drop read from the hook', { ...open, additions: 0, deletions: 1 }),
      pullRequest(5, 'Try another icon set', { state: 'opened' }),
      ...commits('fix: totals'),
    ]);
    expect(bullets).toEqual([
      '- **Fixed**: totals',
      '- **In progress**: dev: hotUpdate hook (on branch feat/hot-update); try another icon set (#5 open)',
    ]);
  });

  it('says what reviews came to', async () => {
    const review = (state: 'approved' | 'changes_requested') =>
      pullRequest(5, 'Looks right', { type: 'review', state, id: `review-${state}` });
    const draft = pullRequest(5, 'Icon set', { state: 'opened' });
    const { bullets } = await write([draft, review('approved')]);
    expect(bullets).toEqual(['- **In progress**: Icon set (#5 open, approved)']);
    const asked = await write([draft, review('approved'), review('changes_requested')]);
    expect(asked.bullets).toEqual(['- **In progress**: Icon set (#5 open, changes requested)']);
  });

  it('is none when the same was merged', async () => {
    const { bullets } = await write([
      commit('feat: export', open),
      commit('feat: export (#7)', { merged: true }),
      ...commits('fix: totals'),
    ]);
    expect(bullets.join()).not.toContain('In progress');
  });

  it('is all there is where nothing was finished', async () => {
    const { bullets } = await write([commit('feat: export', open)], { bullets: 1 });
    expect(bullets).toEqual(['- **In progress**: export (on branch feat/hot-update)']);
  });

  it('takes no bullet from what is done where there are few', async () => {
    const { bullets, lines } = await write(
      [commit('feat: export', open), ...commits('feat: paging', 'fix: totals')],
      { bullets: 2 },
    );
    expect(bullets.join()).not.toContain('export');
    expect(lines[0]).toContain('1 not told in so few bullets');
  });

  it('does not hide an issue or a merged pull request', async () => {
    const { bullets } = await write([
      issue(3, 'Export as CSV', { state: 'opened' }),
      pullRequest(4, 'Paging'),
    ]);
    expect(bullets.join()).not.toContain('In progress');
  });
});
