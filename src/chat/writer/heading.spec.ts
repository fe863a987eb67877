import { describe, expect, it } from '@jest/globals';
import { commit, person, repositoryNamed } from '../../../test/support/histories.js';
import { jobOf } from '../../../test/support/recap.jobs.js';
import { describeNothing, describeRecap } from './heading.js';

const NOTHING = { leftOut: [], notes: [] };
const by = (...names: string[]) => names.map((name) => commit('a', { author: person(name) }));

describe('the line above the bullets', () => {
  it('says when, how much and who', () => {
    expect(describeRecap(jobOf(by('Ada')), NOTHING, 'written so')).toBe(
      'Recap of 12–18 May 2025: 1 commit by Ada (written so).',
    );
    const three = describeRecap(jobOf(by('Ada', 'Lin', 'Bo', 'Lin')), NOTHING, 'x');
    expect(three).toContain('4 commits by Ada, Lin and Bo (x)');
    expect(describeRecap(jobOf(by('Ada', 'Lin', 'Bo', 'Cy')), NOTHING, 'x')).toContain('4 people');
  });

  it('gives a person one name, whatever they go by', () => {
    const email = 'ada@example.com';
    const names = ['Ada Lovelace', 'ada'].map((name) =>
      commit('a', { author: { name, email, bot: false } }),
    );
    expect(describeRecap(jobOf(names), NOTHING, 'x')).toContain('2 commits by Ada Lovelace (x)');
  });

  it('shows nobody’s name as markup', () => {
    const job = jobOf(by('[Ada](x)'));
    expect(describeRecap(job, NOTHING, 'x')).toContain('by \\[Ada\\](x) (x)');
  });

  it('names where only of several repositories', () => {
    const web = commit('b', { repository: repositoryNamed('octo/web') });
    expect(describeRecap(jobOf([...by('Ada'), web]), NOTHING, 'x')).toContain('in 2 repositories');
  });

  it('says what was left out, bots among it', () => {
    const job = jobOf(by('Ada'), { bots: 17 });
    const told = { leftOut: ['2 merges'], notes: ['3 not told'] };
    expect(describeRecap(job, told, 'x')).toContain(
      'by Ada; 2 merges and 17 actions of bots left out; 3 not told (x)',
    );
    expect(describeRecap({ ...job, bots: 0 }, NOTHING, 'x')).not.toContain('left out');
  });
});

describe('a recap of nothing', () => {
  it('says that nothing happened only where that is known', () => {
    expect(describeNothing(jobOf([]))).toMatch(/^Nothing happened 12–18 May 2025: no actions/);
    expect(describeNothing(jobOf([], { readAll: false, bots: 3 }))).toMatch(/^No actions/);
  });

  it('says that bots were at work', () => {
    expect(describeNothing(jobOf([], { bots: 1 }))).toBe(
      'Only bots were at work 12–18 May 2025: 1 action of bots left out, no others found to recap.',
    );
  });
});
