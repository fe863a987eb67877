import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { HISTORY_END, HISTORY_STEP, importHistory } from '../../../test/support/git-history.mjs';
import { GitRemote } from '../../../test/support/git-remote.js';
import type { ImportedCommit } from '../../../test/support/git-world.js';
import type { ActionQuery } from '../action.js';
import type { ActionBatch } from '../base.fetcher.js';

const DAY = 86_400;
/** Seconds since 1970. */
const query = (since: number, until = HISTORY_END + 1): ActionQuery => ({
  since: new Date(since * 1000),
  until: new Date(until * 1000),
  authors: { everyone: true },
  types: ['commit', 'release'],
  includeBots: true,
});
const titlesIn = (batches: readonly ActionBatch[]): string[] =>
  batches.flatMap(({ actions }) => actions.map(({ title }) => title)).toSorted();
const COMPLETE = [{ status: 'complete' }];

describe('A window of a repository at a URL', () => {
  let remote: GitRemote;

  beforeAll(async () => {
    remote = await GitRemote.start();
    await importHistory(remote.world.create('long.git'), 5_000);
  }, 60_000);
  afterAll(() => remote.stop());
  beforeEach(() => {
    const { server } = remote;
    server.intercept = undefined;
    server.isOlder = false;
    server.settings = {
      'uploadpack.allowFilter': 'true',
      'uploadpack.allowAnySHA1InWant': 'true',
    };
    server.requests.length = 0;
  });

  const git = (name: string, ...command: string[]): string => remote.world.git(name, ...command);
  const commit = (name: string, message: string, date: string): string =>
    remote.world.commit(name, { message, date: `${date}T10:00:00+0000` });
  /** The objects that the clone holds which was made last. */
  const objectsHere = (): string[] => {
    const [clone = ''] = readdirSync(remote.cache).filter((name) => /^[\da-f]{64}$/.test(name));
    const options = ['--batch-all-objects', '--batch-check=%(objecttype)'];
    const command = ['-C', join(remote.cache, clone), 'cat-file', ...options];
    const listed = execFileSync('git', command, { stdio: 'pipe' });
    return listed.toString('utf8').trim().split('\n');
  };
  const fetches = (): number =>
    remote.server.requests.filter((request) => request.startsWith('POST')).length;

  it('costs what the window holds, is deepened for an older one, and then not asked for again', async () => {
    const fetcher = remote.fetcher();
    const day = await remote.read(fetcher, 'long.git', query(HISTORY_END - DAY));
    expect(titlesIn(day)).toHaveLength(DAY / HISTORY_STEP + 1);
    expect(day.at(-1)?.coverage).toMatchObject(COMPLETE);
    const commits = (): number => objectsHere().filter((type) => type === 'commit').length;
    expect(commits()).toBeLessThan(120);
    const [action] = day.flatMap(({ actions }) => actions);
    expect(action).toMatchObject({ additions: 1, deletions: 0 });

    const week = await remote.read(fetcher, 'long.git', query(HISTORY_END - 7 * DAY));
    expect(titlesIn(week)).toHaveLength((7 * DAY) / HISTORY_STEP + 1);
    expect(week.at(-1)?.coverage).toMatchObject(COMPLETE);
    expect(commits()).toBeLessThan(800);

    remote.server.requests.length = 0;
    const again = await remote.read(fetcher, 'long.git', query(HISTORY_END - 3 * DAY));
    expect(titlesIn(again)).toHaveLength((3 * DAY) / HISTORY_STEP + 1);
    expect(fetches()).toBe(1); // connect asks; nothing else does

    const all = await remote.read(fetcher, 'long.git', query(0));
    expect(titlesIn(all)).toHaveLength(5_000);
    expect(all.at(-1)?.coverage).toMatchObject(COMPLETE);
  }, 60_000);

  it('goes without the sizes of its commits where their files are too many, and says so', async () => {
    const name = 'files.git';
    const folder = remote.world.create(name);
    writeFileSync(join(folder, 'small'), 'one\n');
    git(name, 'add', '.');
    commit(name, 'Small', '2026-01-05');
    const fetcher = remote.fetcher();
    const window = query(Date.UTC(2026, 0, 5) / 1000, Date.UTC(2026, 0, 12) / 1000);
    const small = await remote.read(fetcher, name, window);
    expect(small.flatMap(({ actions }) => actions)).toMatchObject([{ additions: 1, deletions: 0 }]);
    expect(small.at(-1)?.coverage).toMatchObject(COMPLETE);

    writeFileSync(join(folder, 'large'), randomBytes(3_000_000));
    git(name, 'add', '.');
    commit(name, 'Large', '2026-01-06');
    const large = await remote.read(remote.again(), name, window);
    const actions = large.flatMap((batch) => batch.actions);
    expect(actions.map(({ additions }) => additions)).toEqual([undefined, undefined]);
    expect(large.at(-1)?.coverage).toMatchObject([
      { status: 'partial', reason: expect.stringContaining('sizes of some commits are missing') },
    ]);
  });

  it('holds what merges brought, whatever their other parents are', async () => {
    const name = 'merges.git';
    remote.world.create(name);
    const commits: ImportedCommit[] = [
      { branch: 'main', message: 'Long ago', date: '2025-01-01', parents: [] },
    ];
    for (let week = 0; week < 60; week += 1) {
      const base = commits.length - 1;
      const [date, old] = ['2026-01-05', '2025-06-01'];
      commits.push(
        { branch: 'topic', message: `Old topic ${week}`, date: old, parents: [base] },
        { branch: 'main', message: `On main ${week}`, date, parents: [base] },
        { branch: 'main', message: `Merge ${week}`, date, parents: [base + 2, base + 1] },
      );
    }
    remote.world.import(name, commits);
    git(name, 'branch', '--quiet', '-D', 'topic');
    const window = query(Date.UTC(2026, 0, 5) / 1000, Date.UTC(2026, 0, 6) / 1000);
    const batches = await remote.read(remote.fetcher(), name, window);
    expect(titlesIn(batches)).toHaveLength(120);
    expect(batches.at(-1)?.coverage).toMatchObject(COMPLETE);
  }, 60_000);

  it('holds what stands beneath commits of a wrong clock', async () => {
    const name = 'clocks.git';
    remote.world.create(name);
    const days: [string, string][] = [
      ['Monday', '2026-01-05'],
      ...Array.from({ length: 4 }, (_, index): [string, string] => [
        `Dead clock ${index}`,
        '2020-01-01',
      ]),
      ...Array.from({ length: 80 }, (_, index): [string, string] => [
        `Friday ${index}`,
        '2026-01-09',
      ]),
      ['Dead clock at the tip', '2020-01-01'],
    ];
    const commits = days.map(([message, date], index) => {
      const parents = index === 0 ? [] : [index - 1];
      return { branch: 'main', message, date, parents };
    });
    remote.world.import(name, commits);
    const window = query(Date.UTC(2026, 0, 5) / 1000, Date.UTC(2026, 0, 12) / 1000);
    const batches = await remote.read(remote.fetcher(), name, window);
    expect(titlesIn(batches)).toHaveLength(81);
    expect(titlesIn(batches)).toContain('Monday');
  });

  it.each([
    ['windows', false],
    ['all of the history', true],
  ])(
    'is brought up to date from a host that serves %s, main branch and .mailmap too',
    async (what, isOlder) => {
      remote.server.isOlder = isOlder;
      const name = `moving-${what.length}.git`;
      const folder = remote.world.create(name);
      writeFileSync(join(folder, '.mailmap'), 'Right Name <ada@example.com>\n');
      git(name, 'add', '.');
      for (let day = 1; day <= 9; day += 1) commit(name, `Day ${day}`, `2026-01-0${day}`);
      git(name, 'branch', 'topic', 'main~2');
      const window = query(Date.UTC(2026, 0, 8) / 1000, Date.UTC(2026, 0, 20) / 1000);
      const before = await remote.read(remote.fetcher(), name, window);
      expect(titlesIn(before)).toEqual(['Day 8', 'Day 9']);

      git(name, 'branch', '--move', 'main', 'renamed');
      for (let day = 10; day <= 19; day += 1) commit(name, `Day ${day}`, `2026-01-${day}`);
      git(name, 'branch', '--quiet', '-D', 'topic');
      const later = remote.again();
      const after = await remote.read(later, name, window);
      expect(titlesIn(after)).toHaveLength(12);
      const actions = after.flatMap((batch) => batch.actions);
      expect(new Set(actions.map(({ author }) => author.name))).toEqual(new Set(['Right Name']));
      expect(actions.every(({ merged }) => merged)).toBe(true);
      git(name, 'reset', '--quiet', '--hard', 'HEAD~1');
      const rewritten = await remote.read(remote.again(), name, window);
      expect(titlesIn(rewritten)).toHaveLength(11);
    },
  );

  it('is said to be cut off where the host’s history is, and only where that matters', async () => {
    const name = 'cut.git';
    remote.world.create('cut-source.git');
    for (let day = 1; day <= 8; day += 1) commit('cut-source.git', `Day ${day}`, `2026-01-0${day}`);
    const source = `file://${remote.world.path('cut-source.git')}`;
    git('.', 'clone', '--quiet', '--bare', '--depth=3', source, remote.world.path(name));
    const from = (day: number): ActionQuery =>
      query(Date.UTC(2026, 0, day) / 1000, Date.UTC(2026, 0, 20) / 1000);
    const fetcher = remote.fetcher();
    const whole = await remote.read(fetcher, name, from(7));
    expect(titlesIn(whole)).toEqual(['Day 7', 'Day 8']);
    expect(whole.at(-1)?.coverage).toMatchObject(COMPLETE);
    const partial = await remote.read(fetcher, name, from(1));
    expect(titlesIn(partial)).toEqual(['Day 6', 'Day 7', 'Day 8']);
    expect(partial.at(-1)?.coverage).toMatchObject([
      { status: 'partial', reason: expect.stringContaining('shallow clone') },
    ]);

    // Now it becomes shallower than our copy is.
    commit('cut-source.git', 'Day 9', '2026-01-09');
    rmSync(remote.world.path(name), { recursive: true });
    git('.', 'clone', '--quiet', '--bare', '--depth=1', source, remote.world.path(name));
    const shallower = await remote.read(remote.again(), name, from(7));
    expect(titlesIn(shallower)).toContain('Day 9');
    expect(shallower.at(-1)?.coverage).toMatchObject([{ status: 'partial' }]);
  });

  it.each([
    ['serves no filters', { 'uploadpack.allowFilter': 'false' }],
    ['refuses this filter', { 'uploadpackfilter.tree.allow': 'false' }],
  ])('comes with all of the history from a host that %s', async (_, settings) => {
    remote.server.settings = { 'uploadpack.allowFilter': 'true', ...settings };
    await readsWhole();
  });

  it('comes with all of the history from a host of an older protocol', async () => {
    remote.server.isOlder = true;
    await readsWhole();
    // Now the host is a newer one.
    remote.server.isOlder = false;
    const batches = await remote.read(remote.again(), 'long.git', query(HISTORY_END - DAY));
    expect(titlesIn(batches)).toHaveLength(DAY / HISTORY_STEP + 1);
  });

  it('comes with all of the history from a host that is a folder of files', async () => {
    const name = 'static.git';
    git('.', 'clone', '--quiet', '--bare', remote.world.path('long.git'), remote.world.path(name));
    git(name, 'update-server-info');
    remote.server.intercept = ({ url = '' }) => {
      const path = join(remote.world.directory, new URL(url, 'https://localhost').pathname);
      return (_, response) => {
        if (existsSync(path) && statSync(path).isFile()) response.end(readFileSync(path));
        else response.writeHead(404).end();
      };
    };
    await readsWhole(name);
  });

  const readsWhole = async (name = 'long.git'): Promise<void> => {
    const batches = await remote.read(remote.fetcher(), name, query(HISTORY_END - DAY));
    expect(titlesIn(batches)).toHaveLength(DAY / HISTORY_STEP + 1);
    expect(objectsHere().filter((type) => type === 'commit')).toHaveLength(5_000);
    const [reason] = batches.at(-1)?.coverage.map((coverage) => coverage.reason) ?? [];
    expect(reason).toBe('The sizes of some commits are missing: not all of their files are here.');
  };
});
