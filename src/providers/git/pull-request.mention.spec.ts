import { describe, expect, it } from '@jest/globals';
import { logEntry } from '../../../test/support/log-entry.js';
import type { LogEntry } from './git.log.js';
import { GitWebAddress } from './git.web-address.js';
import { pullRequestOf } from './pull-request.mention.js';

const GITHUB = { name: 'GitHub', email: 'noreply@github.com' };

const mention = (remote: string, entry: Partial<LogEntry>) => {
  const address = GitWebAddress.fromRemote(remote);
  if (!address) throw new Error(`${remote} has no web address`);
  return pullRequestOf(logEntry(entry), address);
};

describe('pullRequestOf', () => {
  it('believes the hosts', () => {
    const merge = 'Merge pull request #7 from ada/topic';
    expect(
      mention('git@github.com:o/r.git', { subject: merge, body: 'The title\n\nMore', parents: 2 }),
    ).toEqual({ number: 7, title: 'The title', url: 'https://github.com/o/r/pull/7' });
    expect(
      mention('https://github.com/o/r', { subject: 'Turn it (#8)', committer: GITHUB }),
    ).toEqual({ number: 8, title: 'Turn it', url: 'https://github.com/o/r/pull/8' });
    expect(
      mention('ssh://git@gitlab.example.com:2222/g/s/p.git', {
        subject: "Merge branch 'x' into 'main'",
        body: 'The title\n\nSee merge request g/s/p!9',
      }),
    ).toEqual({
      number: 9,
      title: 'The title',
      url: 'https://gitlab.example.com/g/s/p/-/merge_requests/9',
    });
    expect(
      mention('git@ssh.dev.azure.com:v3/org/project/repo', { subject: 'Merged PR 10: The title' }),
    ).toEqual({
      number: 10,
      title: 'The title',
      url: 'https://dev.azure.com/org/project/_git/repo/pullrequest/10',
    });
    expect(
      mention('https://bitbucket.org/o/r', {
        subject: 'Merged in topic (pull request #11)',
        body: 'The title',
        parents: 2,
      }),
    ).toEqual({
      number: 11,
      title: 'The title',
      url: 'https://bitbucket.org/o/r/pull-requests/11',
    });
  });

  it("believes a company's own GitHub, whatever address it signs with", () => {
    const committer = { name: 'GitHub Enterprise', email: 'noreply@corp.example' };
    const entry = { subject: 'Turn it (#12)', committer };
    expect(mention('https://github.corp.example/o/r', entry)).toMatchObject({ number: 12 });
    expect(mention('https://github.com/o/r', entry)).toBeUndefined();
  });

  it.each<[string, string, Partial<LogEntry>]>([
    ['a squash suffix anyone typed', 'https://github.com/o/r', { subject: 'Turn it (#8)' }],
    [
      'a merge sentence in no merge',
      'https://github.com/o/r',
      { subject: 'Merge pull request #7 from a/b' },
    ],
    ['a mention in passing', 'https://github.com/o/r', { subject: 'See #8', committer: GITHUB }],
    [
      'the sentence of another host',
      'https://gitlab.com/o/r',
      { subject: 'Turn it (#8)', committer: GITHUB },
    ],
    [
      'the merge request of another project',
      'https://gitlab.com/o/r',
      { body: 'See merge request x/y!9' },
    ],
    ['a host nobody knows', 'https://git.example.com/o/r', { subject: 'Merged PR 10: The title' }],
    ['number zero', 'https://github.com/o/r', { subject: 'Turn it (#0)', committer: GITHUB }],
  ])('invents none from %s', (_, remote, entry) => {
    expect(mention(remote, entry)).toBeUndefined();
  });
});

describe('GitWebAddress', () => {
  it.each([
    ['https://user:token@github.com/o/r.git', 'https://github.com/o/r', 'o/r'],
    ['git@github.com:o/r.git', 'https://github.com/o/r', 'o/r'],
    ['ssh://git@git.example.com:2222/o/r', 'https://git.example.com/o/r', 'o/r'],
    ['https://git.example.com:8443/o/r/', 'https://git.example.com:8443/o/r', 'o/r'],
    ['https://dev.azure.com/org/p/_git/r', 'https://dev.azure.com/org/p/_git/r', 'org/p/r'],
    ['git@github.com-work:o/r.git', 'https://github.com/o/r', 'o/r'],
    ['ssh://git@ssh.github.com:443/o/r.git', 'https://github.com/o/r', 'o/r'],
    ['ssh://git@altssh.gitlab.com:443/o/r.git', 'https://gitlab.com/o/r', 'o/r'],
    ['a@vs-ssh.visualstudio.com:v3/a/b/c', 'https://dev.azure.com/a/b/_git/c', 'a/b/c'],
    ['http://git.example.com:3000/o/r.git', 'http://git.example.com:3000/o/r', 'o/r'],
    ['http://github.com/o/r.git', 'https://github.com/o/r', 'o/r'],
    [
      'https://bitbucket.example.com/scm/shop/web.git',
      'https://bitbucket.example.com/projects/SHOP/repos/web',
      'shop/web',
    ],
  ])('finds %s at %s', (remote, url, fullName) => {
    expect(GitWebAddress.fromRemote(remote)).toMatchObject({ url, fullName });
    expect(GitWebAddress.fromRemote(url)).toMatchObject({ url, fullName });
  });

  it.each([
    '/srv/git/r.git',
    '../r',
    'file:///srv/r',
    'ext::sh -c id',
    'C:\\r',
    'javascript:alert(1)',
    '',
  ])('finds %j nowhere', (remote) => {
    expect(GitWebAddress.fromRemote(remote)).toBeUndefined();
  });

  it('finds nothing in what is longer than an address, and does not search it', () => {
    expect(GitWebAddress.fromRemote(`git@host.example:${'o/'.repeat(1_000)}r`)).toBeDefined();
    expect(GitWebAddress.fromRemote(`git@host.example:${'o/'.repeat(1_100)}r`)).toBeUndefined();
    const searching = (length: number): number => {
      const remote = 'a.'.repeat(length / 2);
      const begun = performance.now();
      for (let times = 0; times < 100; times += 1) GitWebAddress.fromRemote(remote);
      return performance.now() - begun;
    };
    const quickest = (length: number): number =>
      Math.min(...Array.from({ length: 10 }, () => searching(length)));
    // Four times the length takes four times as long, where every point may end the host's name sixteen.
    expect(quickest(2_048) / quickest(512)).toBeLessThan(10);
  });
});
