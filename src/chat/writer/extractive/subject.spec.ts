import { describe, expect, it } from '@jest/globals';

import { parseSubject } from './subject.js';

describe('parseSubject', () => {
  it.each([
    ['feat(auth)!: rotate keys', 'feature', 'auth', 'rotate keys'],
    ['Fix: crash on start', 'fix', undefined, 'crash on start'],
    ['net: ipv4: fix a leak', 'fix', 'net: ipv4', 'fix a leak'],
    ['[web] Add a footer', 'feature', 'web', 'Add a footer'],
    ['🐛 Time zone of reports', 'fix', undefined, 'Time zone of reports'],
    ['👨\u200D💻 Setup ESLint', 'other', undefined, 'Setup ESLint'],
    [':zap: Render once', 'performance', undefined, 'Render once'],
    ['ABC-123: Add VAT numbers', 'feature', undefined, 'Add VAT numbers'],
    ['Merged PR 42: Remove the importer', 'removal', undefined, 'Remove the importer'],
    ['Behebe Absturz beim Start', 'fix', undefined, 'Behebe Absturz beim Start'],
    ['修复登录页面的崩溃问题', 'other', undefined, '修复登录页面的崩溃问题'],
    ['v1.2.3', 'release', undefined, 'v1.2.3'],
    ['Linux 6.15-rc7', 'release', undefined, 'Linux 6.15-rc7'],
    ['Why it fails: a long story', 'other', undefined, 'Why it fails: a long story'],
    ['', 'other', undefined, '(no title)'],
  ])('reads %j', (title, kind, scope, text) => {
    expect(parseSubject(title)).toMatchObject({ kind, text });
    expect(parseSubject(title).scope).toBe(scope);
  });

  it('finds what breaks, in the title or in the body', () => {
    expect(parseSubject('feat!: drop v1').breaking).toBe(true);
    expect(parseSubject('feat: v2', 'More.\n\nBREAKING CHANGE: v1 is gone').breaking).toBe(true);
    expect(parseSubject('feat: v2', 'No BREAKING CHANGE: here').breaking).toBe(false);
  });

  it('takes the number of a squashed pull request off the title', () => {
    expect(parseSubject('Add export (#31)')).toMatchObject({ text: 'Add export', pullRequest: 31 });
  });

  it('names what a revert takes back, and tells a revert of a revert as the change itself', () => {
    expect(parseSubject('Revert "feat: export (#3)" (#4)')).toMatchObject({
      kind: 'revert',
      reverts: 'feat: export',
      text: 'export',
    });
    expect(parseSubject('Revert "Revert "feat: export""')).toMatchObject({
      kind: 'feature',
      text: 'export',
    });
  });
});
