import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { run } from './support/command-line.js';
import { GitWorld } from './support/git-world.js';

const ADA = 'Ada Lovelace <ada@example.com>';
const GRACE = 'Grace Hopper <grace@example.com>';

describe('what npm run recap is about', () => {
  const world = new GitWorld();
  let atlas: string;

  beforeAll(() => {
    atlas = world.create('atlas');
    world.commit('atlas', { message: 'feat: words', author: ADA, date: '2025-05-12T10:00:00Z' });
    world.commit('atlas', { message: 'fix: fields', author: GRACE, date: '2025-05-16T10:00:00Z' });
  });
  afterAll(() => world.remove());

  describe('without dates', () => {
    const BOT = 'renovate[bot] <29139614+renovate[bot]@users.noreply.github.com>';

    it('takes the week up to the newest commit that counts, not of a bot, nor in the future', async () => {
      world.create('resting');
      const commits = [
        { message: 'chore(deps): bump y', author: BOT, date: '2025-02-02T10:00:00+0000' },
        { message: 'feat: paging', author: ADA, date: '2025-02-03T10:00:00+0000' },
        { message: 'chore(deps): bump x', author: BOT, date: '2025-05-12T10:00:00+0000' },
        { message: 'fix: the clock', author: ADA, date: '2099-01-01T10:00:00+0000' },
      ];
      for (const commit of commits) world.commit('resting', commit);
      const { stdout, stderr, exitCode } = await run([], { in: world.path('resting') });

      expect(stdout).toContain('28 January – 3 February 2025: 1 commit by Ada Lovelace');
      expect(stdout).toContain('aging');
      expect(stderr).toContain('1 action read, 1 by bots left out, resting complete.');
      expect(exitCode).toBe(0);
      const withBots = await run(['--include-bots'], { in: world.path('resting') });
      expect(withBots.stdout).toContain('6–12 May 2025');
      expect(withBots.stdout).toContain('ump x');
    });

    it('takes it of the people asked for', async () => {
      const { stdout } = await run(['--author', 'ada@example.com'], { in: atlas });
      expect(stdout).toContain('6–12 May 2025: 1 commit by Ada Lovelace');
    });

    it.each([
      ['bots', [{ message: 'bump', author: BOT }], [], /by bots\.\nTo tell .*--include-bots/],
      ['future', [{ message: 'x', date: '2099-01-01T10:00:00+0000' }], [], /in the future\.\nName/],
      [
        'others',
        [{ message: 'x' }],
        ['--author', 'eve'],
        /No commit here is by eve\.\nFor everyone/,
      ],
    ])('says why there is nothing: %s', async (name, commits, argv, reason) => {
      world.create(name);
      for (const commit of commits) world.commit(name, commit);
      const { exitCode, stdout, stderr } = await run(argv, { in: world.path(name) });

      expect(stderr).toMatch(reason);
      expect(stdout).toBe('');
      expect(exitCode).toBe(0);
    });

    it('never takes a repository that cannot be read for an empty one', async () => {
      world.create('broken');
      const sha = world.commit('broken', { message: 'feat: here' });
      world.forget('broken', sha);
      const { exitCode, stdout, stderr } = await run([], { in: world.path('broken') });

      expect(stdout + stderr).not.toMatch(/no commits|nothing/i);
      expect(stderr).toContain('The repository could not be read');
      expect(exitCode).toBe(1);
    });
  });

  it('says what there is beside a window that is empty', async () => {
    const { stdout, stderr } = await run(['--since', '2025-06-01'], { in: atlas });
    expect(stdout).toContain('Nothing happened');
    expect(stderr).toContain('The newest commit that counts is of 16 May 2025.');

    const resting = world.path('resting');
    const month = ['--since', '2025-05-01', '--until', '2025-05-31'];
    const bots = await run(month, { in: resting });
    expect(bots.stderr).toContain('1 action by bots left out: --include-bots tells them, too.');
  });

  it('takes a window by its name, and then no dates', async () => {
    world.create('yesterday');
    const date = new Date(Date.now() - 86_400_000).toISOString();
    world.commit('yesterday', { message: 'feat: written yesterday', date });
    const named = await run(['--window', 'yesterday'], { in: world.path('yesterday') });
    expect(named.stdout).toContain('ritten yesterday');
    const both = await run(['--window', 'yesterday', '--since', date], { in: atlas });
    expect(both.stderr).toMatch(/cannot be used with/);
    expect(both.exitCode).toBe(1);
  });

  it('asks git who "me" is where one stands: a work tree of its own, whatever a hook says', async () => {
    world.create('pair');
    world.commit('pair', { message: 'feat: by ada', author: ADA });
    world.commit('pair', { message: 'feat: by grace', author: GRACE });
    world.git('pair', 'config', 'user.email', 'ada@example.com');
    world.git('pair', 'config', 'extensions.worktreeConfig', 'true');
    world.git('pair', 'worktree', 'add', '--quiet', '--detach', world.path('pair-tree'));
    world.git('pair-tree', 'config', '--worktree', 'user.email', 'grace@example.com');
    const hook = {
      GIT_DIR: world.path('atlas', '.git'),
      GIT_AUTHOR_EMAIL: 'eve@example.com',
      GIT_AUTHOR_NAME: 'Eve',
    };
    const runs = [
      await run(['--author', 'me'], { in: world.path('pair'), environment: hook }),
      await run(['--author', 'me'], { in: world.path('pair-tree') }),
    ];
    expect(runs[0]!.stdout).toContain('y ada');
    expect(runs[0]!.stdout).not.toContain('y grace');
    expect(runs[1]!.stdout).toContain('y grace');
    expect(runs[1]!.stdout).not.toContain('y ada');
  });

  it('says where git does not know who "me" is', async () => {
    world.create('nobody');
    world.commit('nobody', { message: 'feat: here' });
    const environment = { GIT_CONFIG_NOSYSTEM: '1', HOME: world.path('nobody') };
    const { exitCode, stderr } = await run(['--author', 'me'], {
      in: world.path('nobody'),
      environment,
    });
    expect(stderr).toMatch(/does not know who you are\n.*user\.email.*\nName the address/);
    expect(exitCode).toBe(1);
  });
});
