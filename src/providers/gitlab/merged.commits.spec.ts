import { describe, expect, it } from '@jest/globals';
import { AnswerReader } from '../http/answer.reader.js';
import { MergedCommits } from './merged.commits.js';

describe('MergedCommits', () => {
  const url = 'https://gitlab.com/group/project';
  const repository = { id: 'gitlab:gitlab.com/1', fullName: 'group/project', url };
  const merged = new MergedCommits();
  const merge = (mention: string): string =>
    `Merge branch 'feature' into 'main'\n\nAdd the feature\n\nSee merge request ${mention}`;

  it('know the squash and the merge of a merge request', () => {
    merged.remember(
      new AnswerReader('GitLab', {
        iid: 7,
        title: 'Seven',
        web_url: `${url}/-/merge_requests/7`,
        squash_commit_sha: 'aaa',
        merge_commit_sha: 'bbb',
      }),
    );
    const seven = { number: 7, title: 'Seven', url: `${url}/-/merge_requests/7` };
    expect(merged.pullRequestOf('aaa', 'Seven', repository)).toEqual(seven);
    expect(merged.pullRequestOf('bbb', merge('group/project!9'), repository)).toEqual(seven);
    expect(merged.pullRequestOf('ccc', 'Seven', repository)).toBeUndefined();
  });

  it.each(['group/project!12', '!12'])('take what a merge says of itself: %s', (mention) => {
    expect(merged.pullRequestOf('ddd', merge(mention), repository)).toEqual({
      number: 12,
      title: 'Add the feature',
      url: `${url}/-/merge_requests/12`,
    });
  });

  it.each(['group/other!12', 'group/project#12', 'group/project!12 and more'])(
    'believe no other mention: %s',
    (mention) => {
      expect(merged.pullRequestOf('eee', merge(mention), repository)).toBeUndefined();
    },
  );
});
