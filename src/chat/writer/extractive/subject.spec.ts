import { describe, expect, it } from '@jest/globals';

import { parseSubject } from './subject.js';

describe('parseSubject', () => {
  it.each([
    ['feat(auth)!: rotate keys', 'feature', 'auth', 'rotate keys'],
    ['Fix: crash on start', 'fix', undefined, 'crash on start'],
    ['net: ipv4: fix a leak', 'fix', 'net: ipv4', 'fix a leak'],
    ['[web] Add a footer', 'feature', 'web', 'Add a footer'],
    ['🐛 Time zone of reports', 'fix', undefined, 'Time zone of reports'],
    ['👨\u200D💻 Setup the shell', 'other', undefined, 'Setup the shell'],
    ['🏷️ Name the types', 'refactoring', undefined, 'Name the types'],
    ['🗑️ Old endpoints', 'deprecation', undefined, 'Old endpoints'],
    ['🌐 French texts', 'translation', undefined, 'French texts'],
    [':zap: Render once', 'performance', undefined, 'Render once'],
    ['ABC-123: Add VAT numbers', 'feature', undefined, 'Add VAT numbers'],
    ['Merged PR 42: Remove the importer', 'removal', undefined, 'Remove the importer'],
    ['Behebe Absturz beim Start', 'fix', undefined, 'Behebe Absturz beim Start'],
    ['修复登录页面的崩溃问题', 'fix', undefined, '修复登录页面的崩溃问题'],
    ['検索結果のページ送りを追加', 'feature', undefined, '検索結果のページ送りを追加'],
    ['fix：修复白屏', 'fix', undefined, '修复白屏'],
    ['feat(表格)：支持拖拽', 'feature', '表格', '支持拖拽'],
    ['feat（表格）！：支持拖拽', 'feature', '表格', '支持拖拽'],
    ['【修复】白屏', 'fix', undefined, '白屏'],
    ['fix(Table):no space', 'fix', 'Table', 'no space'],
    ['[FIX] Round amounts', 'fix', undefined, 'Round amounts'],
    ['[MRG] ENH: Add a solver', 'feature', undefined, 'Add a solver'],
    ['MAINT: Tidy the solver', 'chore', undefined, 'Tidy the solver'],
    ['TST: Cover the solver', 'test', undefined, 'Cover the solver'],
    ['DEP: Old solver names', 'deprecation', undefined, 'Old solver names'],
    ['[PR #145/aa01adce backport][9.0.x] Fix a leak', 'fix', undefined, 'Fix a leak'],
    ['[release-1.26] cmd/go: fix a leak', 'fix', 'cmd/go', 'fix a leak'],
    ['x: fix TestOrdering', 'fix', undefined, 'fix TestOrdering'],
    ['all: use slices', 'other', undefined, 'use slices'],
    ['internal-branch.go1.26-vendor: go/ast: fix it', 'fix', undefined, 'fix it'],
    ['go/analysis/passes/modernize: minmax', 'other', 'go/analysis/passes/modernize', 'minmax'],
    ['ignore/doc: explain the order', 'documentation', undefined, 'explain the order'],
    ['t5563: add a case', 'test', undefined, 'add a case'],
    ['l10n: update French', 'translation', undefined, 'update French'],
    ['Fix a typo in the guide', 'documentation', undefined, 'Fix a typo in the guide'],
    ['Add tests for the parser', 'test', undefined, 'Add tests for the parser'],
    ['Add a `docs` command', 'feature', undefined, 'Add a `docs` command'],
    ['Remove unused imports', 'refactoring', undefined, 'Remove unused imports'],
    ['Fix the publish workflow', 'ci', undefined, 'Fix the publish workflow'],
    ['feat: update rolldown to 1.1.1', 'dependencies', undefined, 'update rolldown to 1.1.1'],
    ['feat(deps): take x 2', 'dependencies', 'deps', 'take x 2'],
    ['fix(build): keep names', 'fix', 'build', 'keep names'],
    ['Fix SSRF in the importer', 'security', undefined, 'Fix SSRF in the importer'],
    [
      'Fix a vulnerability in the importer',
      'security',
      undefined,
      'Fix a vulnerability in the importer',
    ],
    ['Report vulnerabilities to us', 'other', undefined, 'Report vulnerabilities to us'],
    ['[automated] Refresh the list', 'chore', undefined, 'Refresh the list'],
    ['fix: CVE-2026-12345', 'security', undefined, 'CVE-2026-12345'],
    ['test: CVE-2026-12345', 'test', undefined, 'CVE-2026-12345'],
    ['Python 3.8', 'other', undefined, 'Python 3.8'],
    ['v1.2.3', 'release', undefined, 'v1.2.3'],
    ['Linux 6.15-rc7', 'release', undefined, 'Linux 6.15-rc7'],
    ['Why it fails: a long story', 'other', undefined, 'Why it fails: a long story'],
    ['', 'other', undefined, '(no title)'],
  ])('reads %j', (title, kind, scope, text) => {
    expect(parseSubject(title)).toMatchObject({ kind, text });
    expect(parseSubject(title).scope).toBe(scope);
  });

  it.each([
    ['15.2.0'],
    ['globset-0.4.19'],
    ['create-vite@9.1.2'],
    ['@changesets/cli@2.30.0'],
    ['v0.26.0rc2'],
    ['Linux 6.15-rc7'],
    ['release: v8.2.1'],
    ['chore(release): v2.8.1'],
    ['chore: release 1.14.3-naruto'],
    ['Prepare release v4.3.0'],
    ['prep v7.0.1 release'],
    ['release version 3.1.0'],
    ['start version 3.1.0'],
    ['Bump version in init to 0.26.0rc3.dev0'],
    ['🔖 Bump version'],
    ['Version Packages (next)'],
    ['changelog: 15.2.0'],
    ['Revert "chore: release 1.14.3"'],
  ])('takes %j for nothing but a version', (title) => {
    expect(parseSubject(title).version).toBe(true);
  });

  it.each([
    ['Python 3.8'],
    ['Drop support for Python 3.8'],
    ['Release the lock on errors'],
    ['Update the packages'],
    ['Bump undici from 7.1.0 to 7.2.0'],
    ['Version the API'],
    ['Add version 2 of the protocol'],
  ])('takes %j for more than a version', (title) => {
    expect(parseSubject(title).version).toBeUndefined();
  });

  it('finds a security hole that only the body names, but not in what is used', () => {
    expect(parseSubject('Escape names', 'Fixes GHSA-abcd-1234-wxyz.').kind).toBe('security');
    expect(parseSubject('chore(deps): bump x', 'Fixes CVE-2026-1234.').kind).toBe('dependencies');
  });

  it('finds what breaks, in the title or in the body', () => {
    expect(parseSubject('feat!: drop v1').breaking).toBe(true);
    expect(parseSubject('feat（表格）！：支持拖拽').breaking).toBe(true);
    expect(parseSubject(':boom: Rename events').breaking).toBe(true);
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
