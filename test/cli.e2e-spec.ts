import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdirSync } from 'node:fs';
import { run } from './support/command-line.js';
import { GitWorld } from './support/git-world.js';
import { importHistory } from './support/git-history.mjs';

const ADA = 'Ada Lovelace <ada@example.com>';
const GRACE = 'Grace Hopper <grace@example.com>';

describe('npm run recap', () => {
  const world = new GitWorld();
  const shas: string[] = [];
  let atlas: string;

  beforeAll(() => {
    atlas = world.create('atlas');
    world.git('atlas', 'remote', 'add', 'origin', 'https://github.com/acme/atlas.git');
    const commits = [
      { message: 'feat(search): an index', author: ADA, date: '2025-03-01T10:00:00+0000' },
      { message: 'feat(search): suggest words', author: ADA, date: '2025-05-12T10:00:00+0000' },
      { message: 'fix(import): quoted fields', author: GRACE, date: '2025-05-16T10:00:00+0000' },
    ];
    shas.push(...commits.map((commit) => world.commit('atlas', commit)));
  });
  afterAll(() => world.remove());

  it('tells the week up to the newest commit, with the sources of each bullet', async () => {
    const { exitCode, stdout, stderr } = await run([], { in: atlas });

    expect(stdout).toContain('Recap of 10–16 May 2025: 2 commits by Grace Hopper and Ada Lovelace');
    expect(stdout).toMatch(/^- .*suggest words/m);
    for (const sha of shas.slice(1)) {
      expect(stdout).toContain(
        `\n  ${sha.slice(0, 7)}  https://github.com/acme/atlas/commit/${sha}\n`,
      );
    }
    expect(stdout).not.toContain(shas[0]!.slice(0, 7));
    expect(stderr).toContain('2 actions read, acme/atlas complete.');
    expect(stderr).toContain('npm start');
    expect(exitCode).toBe(0);
  });

  it('puts sources right under the bullet they are of', async () => {
    const { stdout } = await run([], { in: atlas });
    const [, , first = '', source = ''] = stdout.split('\n');

    expect(first).toMatch(/^- /);
    expect(source).toMatch(/^ {2}[0-9a-f]{7} {2}https:/);
    const cited = first.includes('suggest words') ? shas[1]! : shas[2]!;
    expect(source).toContain(cited);
  });

  it('writes Markdown and a line a step where nobody sits before it', async () => {
    const { stdout, stderr } = await run([], { in: atlas });

    expect(stdout).toContain('**');
    expect(stdout + stderr).not.toMatch(/[\u001b\r]/);
    expect(stderr.split('\n').slice(0, 2)).toEqual(['Starting', 'Opening the repository']);
  });

  it('writes for a terminal where there is one', async () => {
    const environment = { TERM_PROGRAM: 'WezTerm' };
    const { stdout, stderr } = await run([], { in: atlas, isTTY: true, environment });
    const url = `https://github.com/acme/atlas/commit/${shas[1]!}`;

    expect(stdout).toContain('•');
    expect(stdout).not.toContain('**');
    expect(stdout).toContain('\u001b[1m');
    expect(stdout).toContain(`\u001b]8;;${url}\u001b\\${shas[1]!.slice(0, 7)}\u001b]8;;\u001b\\`);
    expect(stderr).toContain('\r\u001b[2K');
  });

  it('has no colours where NO_COLOR is set, and no links where they are not known to work', async () => {
    const environment = { NO_COLOR: '1' };
    const { stdout } = await run([], { in: atlas, isTTY: true, environment });

    expect(stdout).not.toContain('\u001b');
    expect(stdout).toContain(`${shas[1]!.slice(0, 7)}  https://github.com/acme/atlas/commit/`);
  });

  it('takes a window, people, a number of bullets and a style', async () => {
    const argv = ['--since', '2025-01-01', '--until', '2025-05-31', '--bullets', '1'];
    const people = ['--author', 'ada@example.com', '--author', 'nobody@example.com'];
    const { stdout } = await run([...argv, ...people, '--style', 'changelog'], { in: atlas });

    expect(stdout).toContain('1 January – 31 May 2025: 2 commits by Ada Lovelace');
    expect(stdout.match(/^- /gm)).toHaveLength(1);
    expect(stdout).toContain('Added');
    expect(stdout).not.toContain('quoted fields');
  });

  it('knows from git who "me" is', async () => {
    world.git('atlas', 'config', 'user.email', 'grace@example.com');
    const { stdout } = await run(['--author', 'me'], { in: atlas });

    expect(stdout).toContain('quoted fields');
    expect(stdout).not.toContain('suggest words');
  });

  it('finds the repository from a folder in it, by a path, and in a linked work tree', async () => {
    const inside = world.path('atlas', 'docs', 'deep');
    mkdirSync(inside, { recursive: true });
    world.git('atlas', 'worktree', 'add', '--quiet', '--detach', world.path('elsewhere'));

    const runs = [
      await run([], { in: inside }),
      await run(['--repo', 'atlas'], { in: world.directory }),
      await run([], { in: world.path('elsewhere') }),
    ];
    for (const { exitCode, stdout } of runs) {
      expect(stdout).toContain('suggest words');
      expect(exitCode).toBe(0);
    }
  });

  it('names a commit without a web address by its title', async () => {
    world.create('notes');
    const sha = world.commit('notes', { message: 'Write down what was decided' });
    const { stdout } = await run([], { in: world.path('notes') });

    expect(stdout).toContain(`\n  ${sha.slice(0, 7)}  Write down what was decided\n`);
  });

  it('lets nothing that is in a commit reach the terminal but text', async () => {
    world.create('hostile');
    const message = 'feat: \u001b]0;owned\u0007 \u001b[31mred \u009b2J\r\u202eesrever\u2066 end';
    world.commit('hostile', { message, author: 'Eve\u001b[2J <eve@example.com>' });
    const environment = { FORCE_HYPERLINK: '1' };
    const { stdout } = await run([], { in: world.path('hostile'), isTTY: true, environment });

    const own = /\u001b\[\d+m|\u001b\]8;;[\x21-\x7e]*\u001b\\/g;
    expect(stdout).toContain('end');
    expect(stdout.replaceAll(own, '')).not.toMatch(/(?!\n)[\p{Cc}\p{Bidi_Control}]/u);
    expect(stdout).not.toContain('\u001b[31m');
  });

  it('says kindly that a repository has no commits', async () => {
    const { exitCode, stdout, stderr } = await run([], { in: world.create('empty') });

    expect(stderr).toContain('This repository has no commits yet');
    expect(stdout).toBe('');
    expect(exitCode).toBe(0);
  });

  it.each([
    ['no repository', [], /was not found\nNo git repository is at .*\nName a folder/],
    ['no folder', ['--repo', 'nowhere'], /was not found\nThere is no folder nowhere\.\n/],
    ['a refused address', ['--repo', 'https://127.0.0.1/x.git'], /refused\n.+\n.+\n/],
  ])('says what is wrong, why, and what to do: %s', async (_name, argv, expected) => {
    mkdirSync(world.path('plain'), { recursive: true });
    const { exitCode, stdout, stderr } = await run(argv, { in: world.path('plain') });

    expect(stderr).toMatch(expected);
    expect(stdout).toBe('');
    expect(exitCode).toBe(1);
  });

  it('passes on what the server says about a field', async () => {
    const argv = ['--since', '2025-05-18', '--until', '2025-05-01'];
    const { exitCode, stderr } = await run(argv, { in: atlas });

    expect(stderr).toMatch(/not valid\n.*\n- since must be before until/i);
    expect(exitCode).toBe(1);
  });

  it.each([
    ['--bullets', '16'],
    ['--style', 'poem'],
    ['--time-zone', 'Mars/Olympus'],
    ['--colour', 'red'],
    ['what', 'else'],
  ])('refuses %s %s at once', async (...argv) => {
    const { exitCode, stdout, stderr } = await run(argv, { in: atlas });

    expect(stderr).toMatch(/^error: .*\n\(--help shows what there is\)/);
    expect(stdout).toBe('');
    expect(exitCode).toBe(1);
  });

  it('explains itself', async () => {
    const { exitCode, stdout } = await run(['--help'], { in: atlas });

    for (const flag of ['repo', 'since', 'until', 'bullets', 'author', 'style', 'time-zone']) {
      expect(stdout).toContain(`--${flag} <`);
    }
    expect(stdout).toContain('ANTHROPIC_API_KEY');
    expect(exitCode).toBe(0);
  });

  describe('on Ctrl-C', () => {
    beforeAll(() => importHistory(world.create('long'), 8_000));

    it('has the recap cancelled', async () => {
      const argv = ['--since', '2000-01-01'];
      const options = { in: world.path('long'), interruptAt: 'Reading what happened' };
      const { exitCode, stderr } = await run(argv, options);

      expect(stderr).toContain('Cancelled: this is what there was.');
      expect(exitCode).toBe(130);
    });

    it.each(['', 'Starting'])('ends without a word before that (%j)', async (interruptAt) => {
      const { exitCode, stdout, stderr } = await run([], { in: atlas, interruptAt });

      expect(stdout).toBe('');
      expect(stderr).not.toMatch(/error|abort/i);
      expect(exitCode).toBe(130);
    });
  });
});
