import { afterAll, describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, symlinkSync, writeFileSync } from 'node:fs';
import { gitFetcher } from '../../../test/support/git-fetcher.js';
import { GitWorld } from '../../../test/support/git-world.js';
import { LocalReader } from '../../../test/support/git-reader.js';

const { signal } = new AbortController();

describe('GitFetcher on a local repository', () => {
  const world = new GitWorld();
  const fetcher = gitFetcher({ GIT_ROOT: world.directory });

  const { connect, actionsOf, titlesOf, coverageOf } = new LocalReader(fetcher);

  afterAll(() => world.remove());

  it('tells a commit with everything a reader needs', async () => {
    world.create('project');
    const sha = world.commit('project', { message: 'Add the thing\n\nBecause.\n' });
    await expect(actionsOf('project')).resolves.toEqual([
      {
        id: `git:local/project#commit:${sha}`,
        provider: 'git',
        repository: { id: 'git:local/project', fullName: 'project', url: 'git-root:/project' },
        type: 'commit',
        title: 'Add the thing',
        body: 'Because.',
        author: { name: 'Ada Lovelace', email: 'ada@example.com', bot: false },
        coAuthors: [],
        timestamp: '2026-01-05T10:00:00.000Z',
        url: `swh:1:rev:${sha}`,
        sha,
        merged: true,
        labels: [],
      },
    ]);
    await expect(coverageOf('project', { types: ['commit'] })).resolves.toEqual([
      { id: 'git:local/project', fullName: 'project', status: 'complete' },
    ]);
  });

  it('takes the name and links of a repository from its origin, without the credentials in it', async () => {
    world.create('clone');
    world.git('clone', 'remote', 'add', 'origin', 'https://ada:secret@github.com/ada/engine.git');
    const sha = world.commit('clone', { message: 'Turn the crank' });
    const connection = await connect('clone');
    const { repositories } = await fetcher.getRepositories(connection, signal);
    expect(repositories).toEqual([
      {
        id: 'git:local/clone',
        provider: 'git',
        connectionId: connection.id,
        fullName: 'ada/engine',
        name: 'engine',
        url: 'https://github.com/ada/engine',
        private: true,
        archived: false,
        fork: false,
        defaultBranch: 'main',
        pushedAt: '2026-01-05T10:00:00.000Z',
      },
    ]);
    const url = `https://github.com/ada/engine/commit/${sha}`;
    await expect(actionsOf('clone')).resolves.toMatchObject([{ sha, url }]);
    await expect(actionsOf('clone', { repositories })).resolves.toMatchObject([{ sha, url }]);
    world.git('clone', 'remote', 'set-url', 'origin', 'git@github.com:ada/moved.git');
    await expect(actionsOf('clone')).resolves.toMatchObject([
      { repository: { fullName: 'ada/moved' } },
    ]);
  });

  it('keeps the window to the second, its end exclusive, in whatever zones people commit', async () => {
    world.create('borders');
    const commits = [
      ['a second early', '2026-01-04T23:59:59+0000'],
      ['first', '2026-01-05T13:45:00+1345'],
      ['last', '2026-01-11T12:59:59-1100'],
      ['at the end', '2026-01-12T05:30:00+0530'],
    ] as const;
    for (const [message, date] of commits) world.commit('borders', { message, date });
    await expect(titlesOf('borders')).resolves.toEqual(['last', 'first']);
    const halfASecond = new Date('2026-01-11T23:59:59.500Z');
    await expect(titlesOf('borders', { until: halfASecond })).resolves.toEqual(['last', 'first']);
    await expect(titlesOf('borders', { since: halfASecond })).resolves.toEqual([]);
  });

  it('reads all branches and a detached HEAD, but no stash and no unmerged pull request', async () => {
    world.create('branches');
    world.commit('branches', { message: 'on main' });
    world.git('branches', 'checkout', '--quiet', '-b', 'topic');
    world.commit('branches', { message: 'on topic' });
    world.git('branches', 'update-ref', 'refs/remotes/origin/theirs', 'HEAD');
    world.git('branches', 'checkout', '--quiet', '--detach');
    world.commit('branches', { message: 'detached' });
    for (const ref of ['refs/stash', 'refs/notes/commits', 'refs/pull/1/head']) {
      const tree = world.git('branches', 'rev-parse', 'HEAD^{tree}');
      const hidden = world.git('branches', 'commit-tree', '-m', `in ${ref}`, tree);
      world.git('branches', 'update-ref', ref, hidden);
    }
    const everything = { since: new Date(0), until: new Date('2100-01-01') };
    const titles = await titlesOf('branches', everything);
    expect(titles.sort()).toEqual(['detached', 'on main', 'on topic']);
  });

  it('says of an empty repository that it is complete, and has no default branch', async () => {
    world.create('empty');
    const { repositories } = await fetcher.getRepositories(await connect('empty'), signal);
    expect(repositories[0]).not.toHaveProperty('defaultBranch');
    expect(repositories[0]).not.toHaveProperty('pushedAt');
    await expect(coverageOf('empty')).resolves.toMatchObject([{ status: 'complete' }]);
  });

  it('knows people by .mailmap, co-authors too, and credits each once', async () => {
    const folder = world.create('people');
    writeFileSync(
      `${folder}/.mailmap`,
      'Ada Lovelace <ada@example.com> <ada@old.example>\nGrace Hopper <grace@example.com> <g@old.example>\n',
    );
    world.commit('people', {
      message:
        'Together\n\nWith care.\n\nCo-authored-by: G <g@old.example>\nco-authored-by: Ada <ada@example.com>\nCo-authored-by: nonsense\n',
      author: 'A. L. <ada@old.example>',
    });
    const [action] = await actionsOf('people');
    expect(action?.author).toMatchObject({ name: 'Ada Lovelace', email: 'ada@example.com' });
    expect(action?.coAuthors).toEqual([
      { name: 'Grace Hopper', email: 'grace@example.com', bot: false },
    ]);
    const by = (name: string): Promise<string[]> =>
      titlesOf('people', { authors: { everyone: false, viewer: true, names: [name] } });
    await expect(by('grace@example.com')).resolves.toEqual(['Together']);
    await expect(by('ada lovelace')).resolves.toEqual(['Together']);
    await expect(by('g@old.example')).resolves.toEqual(['Together']);
    await expect(by('ada@old.example')).resolves.toEqual(['Together']);
    await expect(by('nobody@old.example')).resolves.toEqual([]);
  });

  it('leaves bots out unless they are asked for', async () => {
    world.create('bots');
    world.commit('bots', {
      message: 'Bump',
      author: 'dependabot[bot] <49699333+dependabot[bot]@users.noreply.github.com>',
    });
    world.commit('bots', { message: 'Mend', author: 'Oc <7+octocat@users.noreply.github.com>' });
    await expect(titlesOf('bots')).resolves.toEqual(['Mend']);
    const names = ['octocat', 'dependabot[bot]'];
    const authors = { everyone: false, viewer: false, names } as const;
    await expect(titlesOf('bots', { authors })).resolves.toEqual(['Mend']);
    await expect(titlesOf('bots', { authors, includeBots: true })).resolves.toHaveLength(2);
  });

  it('tells annotated tags of the window as releases', async () => {
    world.create('releases');
    const sha = world.commit('releases', { message: 'Work', date: '2026-01-01T00:00:00+0000' });
    world.commit('releases', { message: 'More', date: '2026-01-06T00:00:00+0000' });
    world.git('releases', 'tag', 'light');
    world.tag('releases', 'v1.0', sha, 'The first\n\nAt last.', '2026-01-07T09:00:00+0100');
    world.tag('releases', 'v0.9', sha, 'Too early', '2026-01-02T09:00:00+0100');
    const releases = await actionsOf('releases', { types: ['release'] });
    expect(releases).toMatchObject([
      {
        id: 'git:local/releases#release:v1.0',
        type: 'release',
        title: 'v1.0',
        body: 'The first\n\nAt last.',
        timestamp: '2026-01-07T08:00:00.000Z',
        sha,
        state: 'published',
        author: { name: 'Ada Lovelace' },
      },
    ]);
    await expect(coverageOf('releases', { types: ['issue'] })).resolves.toMatchObject([
      { status: 'skipped' },
    ]);
  });

  it('survives messages that lie about their bytes, colour the terminal or never end', async () => {
    world.create('hostile');
    world.commit('hostile', {
      message: '\u001b[31mRed\u001b]0;owned\u0007 \u202etxet\u2066\u0001',
    });
    world.commit('hostile', { message: `Huge\n\n${'x'.repeat(10 * 1024 * 1024)}` });
    world.commit('hostile', { message: 'y'.repeat(1_000_000) });
    world.commit('hostile', { message: 'three\nlines\ntitle\n\n\r\nbody\twith\r\nlayout' });
    const actions = await actionsOf('hostile');
    expect(actions.map(({ title }) => title)).toEqual([
      'three lines title',
      'y'.repeat(300),
      'Huge',
      'Red txet',
    ]);
    expect(actions[0]?.body).toBe('body\twith\nlayout');
    expect(actions[2]?.body).toBe('x'.repeat(4_000));
  });

  it('survives commits that no git would make', async () => {
    world.create('raw');
    const notText = Buffer.from('Caf\xe9 \xff\xfe', 'latin1');
    world.rawCommit('raw', 'bytes', 'Ada <ada@example.com>', notText);
    world.rawCommit(
      'raw',
      'nul',
      'Eve <eve@example.com>',
      Buffer.from('Before\0after\0\0\n\nmore'),
    );
    world.rawCommit('raw', 'nobody', '<>', Buffer.from('By nobody'));
    world.rawCommit('raw', 'nothing', 'Mo <mo@example.com>', Buffer.alloc(0));
    const actions = await actionsOf('raw');
    const told = actions.map(({ author, title, sha }) => [
      author.name,
      title === sha?.slice(0, 12) || title,
    ]);
    expect(told.sort()).toEqual([
      ['Ada', 'Café ÿþ'],
      ['Eve', 'Before'],
      ['Mo', true],
      ['unknown', 'By nobody'],
    ]);
  });

  it('runs nothing that a repository names', async () => {
    const folder = world.create('trap');
    const witness = world.path('witness');
    const script = world.path('script.sh');
    writeFileSync(script, `#!/bin/sh\ntouch ${witness}\ncat\n`);
    chmodSync(script, 0o755);
    const pipe = world.path('pipe');
    execFileSync('mkfifo', [pipe]);
    writeFileSync(`${folder}/.gitattributes`, '* diff=trap filter=trap\n');
    writeFileSync(`${folder}/file`, 'content');
    world.git('trap', 'add', '.');
    world.commit('trap', { message: 'Lay the trap' });
    const settings = {
      'core.fsmonitor': script,
      'core.hooksPath': world.path(),
      'core.pager': script,
      'core.sshCommand': script,
      'gpg.program': script,
      'log.showSignature': 'true',
      'diff.trap.textconv': script,
      'diff.external': script,
      'filter.trap.smudge': script,
      'protocol.ext.allow': 'always',
      'remote.origin.url': `ext::${script}`,
      'remote.origin.promisor': 'true',
      'alias.log': `!${script}`,
      'mailmap.blob': 'HEAD:file',
      'mailmap.file': pipe,
      'i18n.logOutputEncoding': 'UTF-16LE',
    };
    for (const [name, value] of Object.entries(settings)) world.git('trap', 'config', name, value);
    await expect(titlesOf('trap')).resolves.toEqual(['Lay the trap']);
    const { repositories } = await fetcher.getRepositories(await connect('trap'), signal);
    expect(repositories).toMatchObject([{ pushedAt: '2026-01-05T10:00:00.000Z' }]);
    expect(existsSync(witness)).toBe(false);
  });

  it('refuses every way out of GIT_ROOT', async () => {
    const inside = gitFetcher({ GIT_ROOT: world.path('root') });
    const open = (path: string): Promise<unknown> =>
      inside.connect({ provider: 'git', path }, signal);
    world.create('root/repository');
    world.create('outside');
    world.commit('outside', { message: 'secret' });
    symlinkSync(world.path('outside'), world.path('root/link'));
    world.create('root/worktree');
    world.git('outside', 'worktree', 'add', '--quiet', '--detach', world.path('root/tree'));
    world.create('root/borrower');
    writeFileSync(
      world.path('root/borrower/.git/objects/info/alternates'),
      `${world.path('outside/.git/objects')}\n`,
    );
    await expect(open('repository')).resolves.toMatchObject({ baseUrl: 'path:repository' });
    for (const path of ['link', 'tree', 'borrower', '..', 'a/../..', '/etc', 'a\0b', '']) {
      await expect(open(path)).rejects.toMatchObject({ code: 'clone_refused' });
    }
    for (const path of ['none', '.', 'repository/.git/refs']) {
      await expect(open(path)).rejects.toMatchObject({ code: 'repository_not_found' });
    }
    const without = gitFetcher({}).connect({ provider: 'git', path: '.' }, signal);
    await expect(without).rejects.toMatchObject({ code: 'clone_disabled' });
  });

  it('says that it failed when git could not read the history', async () => {
    world.create('broken');
    const sha = world.commit('broken', { message: 'Gone' });
    world.commit('broken', { message: 'Still here', date: '2026-01-06T00:00:00+0000' });
    world.forget('broken', sha);
    await expect(coverageOf('broken')).resolves.toMatchObject([
      { status: expect.stringMatching(/^(failed|partial)$/), reason: expect.any(String) },
    ]);
  });
});
