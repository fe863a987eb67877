import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import {
  commit,
  conventional,
  foreign,
  gitmoji,
  issue,
  kernel,
  mergeHeavy,
  newestFirst,
  person,
  pullRequest,
  severalRepositories,
} from '../../../../test/support/histories.js';
import {
  citationsFollowTheirBullets,
  jobOf,
  wildJobs,
  writeAll,
  type Written,
} from '../../../../test/support/recap.jobs.js';
import type { Action } from '../../../providers/action.js';
import type { RecapJob } from '../recap.writer.js';
import { ExtractiveWriter } from './extractive.writer.js';

const write = (actions: readonly Action[], more?: Partial<RecapJob>): Promise<Written> =>
  writeAll(new ExtractiveWriter(), jobOf(actions, more));

describe('the recap without a language model', () => {
  it('tells in its first line what it covers, and how it was written', async () => {
    const { lines } = await write(severalRepositories());

    expect(lines[0]).toBe(
      'Recap of 12–18 May 2025: 27 commits, 3 pull requests and 1 issue by 4 people in 3 repositories; ' +
        '6 merge, unfinished or reverted actions left out (written without a language model).',
    );
  });

  it('puts what breaks and what was merged before chores, and sums up the rest', async () => {
    const { bullets } = await write(conventional());

    expect(bullets).toHaveLength(5);
    expect(bullets[0]).toMatch(/^- \*\*Breaking\*\*: drop the v1 routes/);
    expect(bullets[1]).toMatch(/^- \*\*parser\*\*: /);
    expect(bullets[2]).toMatch(
      /^- \*\*New in auth\*\*: rotate signing keys \(#12\); refuse unknown keys/,
    );
    expect(bullets[4]).toMatch(
      /^- \*\*Also\*\*: move the clock behind a port; and 2 dependency updates, .* and 3 other changes$/,
    );
  });

  it('gathers a pull request, its commits and the issue it closes in one bullet that cites them all', async () => {
    const pull = pullRequest(3, 'Add export', { body: 'Closes #2' });
    const reference = { number: 3, title: pull.title, url: pull.url };
    const part = commit('write rows', { pullRequest: reference });
    const wish = issue(2, 'I want to export');

    const { bullets, citations } = await write(newestFirst([pull, part, wish]));

    expect(bullets).toEqual(['- Add export (#3 merged, 1 commit and 1 issue)']);
    expect(new Set(citations.get(1))).toEqual(new Set([pull.id, part.id, wish.id]));
  });

  it('shows what a merge commit of a pull request brought, not that it is a merge', async () => {
    const { bullets } = await write(mergeHeavy());

    expect(bullets).toContain('- Full-text search in the archive (#101)');
    expect(bullets.join()).not.toMatch(/merge branch|wip|oops/i);
  });

  it('reads the kind of a change from its gitmoji, and leaves the picture out', async () => {
    const { bullets } = await write(gitmoji());

    expect(bullets[0]).toMatch(/^- \*\*Breaking\*\*: rename all event types/);
    expect(bullets.join('\n')).toMatch(/^- \*\*Fixed\*\*: .*Time zone of the weekly report/m);
    expect(bullets.join()).not.toMatch(/[✨🐛💥]|:bug:|:zap:/u);
  });

  it('does not take the newest actions for all of them', async () => {
    const { lines } = await write(conventional(), { truncated: true });

    expect(lines[0]).toMatch(/: only the newest \d+ actions of more: \d+ commits/);
  });

  it('adds sizes up only where every commit has one', async () => {
    const sized = commit('feat(api): one', { additions: 3, deletions: 1 });
    const whole = await write([sized], { bullets: 1 });
    expect(whole.text).toContain('+3 −1');
    const part = await write([sized, commit('feat(api): two')], { bullets: 1 });
    expect(part.text).not.toMatch(/[+−]\d/);
  });

  it('counts commits that only delete', async () => {
    const tidied = commit('refactor(api): tidy', { additions: 0, deletions: 300 });
    const { text } = await write([tidied], { bullets: 1 });
    expect(text).toContain('+0 −300');
  });

  it.each([
    ['git', 'https://github.com/octo/app/pull/12', '#12'],
    ['git', 'https://gitlab.com/octo/app/-/merge_requests/12', '!12'],
    ['github', 'https://github.com/octo/app/pull/12', '#12'],
    ['gitlab', 'https://gitlab.com/octo/app/-/merge_requests/12', '!12'],
  ] as const)('on %s writes the number of %s as %s', async (provider, url, reference) => {
    const pullRequest = { number: 12, title: 'Add paging', url };
    const { text } = await write([commit('feat: add paging (#12)', { provider, pullRequest })]);

    expect(text).toContain(`(${reference}`);
  });

  it('says nothing of a change that was taken back', async () => {
    const { text } = await write(
      newestFirst([commit('feat: export'), commit('Revert "feat: export"'), commit('fix: import')]),
    );

    expect(text).not.toContain('export');
    expect(text).toContain('import');
  });

  it('still tells of a revert whose change lies before the window', async () => {
    const { bullets } = await write([commit('Revert "feat(cli): colours"')]);

    expect(bullets).toEqual(['- **Reverted in cli**: colours']);
  });

  it('joins what shares a scope', async () => {
    const { bullets } = await write(kernel());
    expect(bullets.filter((bullet) => bullet.startsWith('- **net**'))).toHaveLength(1);
  });

  it('uses all the bullets there are actions for, and never more', async () => {
    const actions = newestFirst(['a', 'b', 'c', 'd'].map((name) => commit(`feat(x): ${name}`)));

    expect((await write(actions, { bullets: 1 })).bullets).toHaveLength(1);
    expect((await write(actions, { bullets: 3 })).bullets).toHaveLength(3);
    expect((await write(actions, { bullets: 9 })).bullets).toHaveLength(4);
  });

  it('falls back to noise where there is nothing else', async () => {
    const { bullets, lines } = await write(newestFirst([commit('wip'), commit('fix')]));

    expect(bullets).toEqual(['- Fix', '- Wip']);
    expect(lines[0]).not.toContain('left out');
  });

  it('makes one line of the updates of dependencies', async () => {
    const bot = { name: 'renovate[bot]', bot: true };
    const { bullets } = await write(
      newestFirst([
        commit('Bump undici from 7.1 to 7.2', { author: bot }),
        commit('Update dependency jest to v30', { author: bot }),
      ]),
    );

    expect(bullets).toEqual([
      '- **Dependencies**: jest to v30; undici from 7.1 to 7.2 (2 commits)',
    ]);
  });

  it('names repositories and people only where there are several', async () => {
    const { bullets: one } = await write([commit('Add export')]);
    const { bullets: several } = await write(severalRepositories());
    const { bullets: pair } = await write(
      newestFirst([commit('Add export'), commit('Fix import', { author: person('Lin Wei') })]),
    );

    expect(one).toEqual(['- Add export']);
    expect(several.join()).toContain('- **web**: New start page (#4); fix the footer on phones');
    expect(pair).toContain('- Fix import (by Lin Wei)');
  });

  it('has a voice for each style, over the same facts', async () => {
    const actions = [commit('feat(auth): rotate keys')];
    const voices = await Promise.all(
      (['professional', 'casual', 'changelog'] as const).map((style) => write(actions, { style })),
    );

    expect(voices.map(({ bullets }) => bullets[0])).toEqual([
      '- **New in auth**: rotate keys',
      '- **Shiny and new in auth**: rotate keys',
      '- **Added in auth**: rotate keys',
    ]);
  });

  it('quotes titles in other languages as they are, and says so', async () => {
    const { lines } = await write(foreign(), { language: 'de-CH', bullets: 15 });

    expect(lines[0]).toContain('in English, with titles as written');
    expect(lines.join()).toContain('修复登录页面的崩溃问题');
  });

  it('says in one honest line that nothing happened', async () => {
    const { text, end } = await write([]);

    expect(text).toBe('Nothing happened 12–18 May 2025: no actions were found to recap.\n');
    expect(end).toEqual({
      kind: 'end',
      stopReason: 'end',
      usage: { writer: 'extractive', inputTokens: 0, outputTokens: 0 },
      bullets: 0,
      uncited: [],
      doubtful: [],
    });
  });

  it('cites at most eight actions a bullet and counts them all', async () => {
    const reference = { number: 3, title: 'Add export', url: 'https://github.com/octo/api/pull/3' };
    const commits = Array.from({ length: 20 }, () => commit('step', { pullRequest: reference }));
    const { bullets, citations } = await write(newestFirst(commits));

    expect(bullets).toEqual(['- Add export (#3, 20 commits)']);
    expect(citations.get(1)).toHaveLength(8);
  });

  it('streams in small pieces', async () => {
    const { events } = await write(conventional());
    const words = events.map((event) => (event.kind === 'text' ? event.text.split(' ').length : 0));

    expect(Math.max(...words)).toBeLessThanOrEqual(5);
  });

  it('stops with the signal’s reason', async () => {
    const abort = new AbortController();
    const reason = new Error('enough');
    const events = new ExtractiveWriter().write(jobOf(conventional()), abort.signal);

    const reading = (async () => {
      for await (const event of events) if (event.kind === 'text') abort.abort(reason);
    })();

    await expect(reading).rejects.toBe(reason);
  });

  it('lets others run while it reads a very long history', async () => {
    const actions = newestFirst(
      Array.from({ length: 20_000 }, (_, index) => commit(`feat: ${index}`)),
    );
    let turns = 0;
    const clock = setInterval(() => (turns += 1), 1);

    const { bullets } = await write(actions);
    clearInterval(clock);

    expect(bullets).toHaveLength(5);
    expect(turns).toBeGreaterThan(5);
  });

  it('gives the same recap in whichever order the actions come', async () => {
    const history = severalRepositories();
    const { events } = await write(history);
    const shuffled = fc.shuffledSubarray(history, { minLength: history.length });

    await fc.assert(
      fc.asyncProperty(shuffled, async (actions) => {
        expect((await write(actions)).events).toEqual(events);
      }),
      { numRuns: 20 },
    );
  });

  it('is safe, bounded and cited whatever people wrote', async () => {
    await fc.assert(
      fc.asyncProperty(wildJobs, async (job) => {
        const { lines, bullets, citations, events } = await writeAll(new ExtractiveWriter(), job);
        const ids = new Set(job.actions.map(({ id }) => id));

        expect(bullets.length).toBeLessThanOrEqual(job.bullets);
        expect(bullets.length > 0).toBe(job.actions.length > 0);
        expect(lines).toHaveLength(bullets.length + 1);
        expect([...citations.keys()]).toEqual(bullets.map((_, index) => index + 1));
        expect([...citations.values()].flat().every((id) => ids.has(id))).toBe(true);
        expect(citationsFollowTheirBullets(events)).toBe(true);
        expect(lines.join('\n')).not.toMatch(
          /(?<!\\)[<[\]`]|:\/\/|(?<![\p{L}\p{N}])www\.|[\p{Cf}\p{Cs}]/u,
        );
      }),
      { numRuns: 60 },
    );
  });
});
