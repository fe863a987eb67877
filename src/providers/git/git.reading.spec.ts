import { afterAll, describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { gitFetcher } from '../../../test/support/git-fetcher.js';
import { GitWorld } from '../../../test/support/git-world.js';
import { LocalReader } from '../../../test/support/git-reader.js';

const { signal } = new AbortController();

describe('What GitFetcher finds in odd but real repositories', () => {
  const world = new GitWorld();
  const fetcher = gitFetcher({ GIT_ROOT: world.directory });

  const { connect, ask, actionsOf, titlesOf, coverageOf } = new LocalReader(fetcher);

  afterAll(() => world.remove());

  it('finds a name however its accents are written', async () => {
    world.create('accents');
    const author = 'Jose\u0301 Nun\u0303ez <jose@example.com>';
    world.commit('accents', { message: 'Decomposed', author });
    const authors = { everyone: false, viewer: false, names: ['jos\u00e9 nu\u00f1ez'] } as const;
    await expect(titlesOf('accents', { authors })).resolves.toEqual(['Decomposed']);
  });

  it('keeps what a bot wrote for a person, and says how many others it left out', async () => {
    world.create('agents');
    const author = 'copilot-swe-agent[bot] <198982749+Copilot@users.noreply.github.com>';
    const message = 'Fix it\n\nCo-authored-by: octo <12+octo@users.noreply.github.com>\n';
    world.commit('agents', { message, author });
    world.commit('agents', { message: 'Bump', author });
    const names = ['octo', 'nobody'];
    const batches = await ask('agents', { authors: { everyone: false, viewer: false, names } });
    expect(batches.flatMap(({ actions }) => actions)).toMatchObject([{ title: 'Fix it' }]);
    expect(batches.at(-1)).toMatchObject({ bots: 0, matched: ['octo'] });
    const everything = await ask('agents');
    expect(everything.flatMap(({ actions }) => actions)).toMatchObject([{ title: 'Fix it' }]);
    expect(everything.at(-1)).toMatchObject({ bots: 1 });
  });

  it('finds all work, whatever the date of what was built upon it', async () => {
    world.create('clocks');
    for (const [message, date] of [
      ['Monday', '2026-01-05T09:00:00+0000'],
      ['Tuesday', '2026-01-06T09:00:00+0000'],
      ['A dead clock', '1980-01-01T00:00:00+0000'],
      ['Friday', '2026-01-09T09:00:00+0000'],
    ] as const) {
      world.commit('clocks', { message, date });
    }
    await expect(titlesOf('clocks')).resolves.toEqual(['Friday', 'Tuesday', 'Monday']);
  });

  it('takes no reference of a tool for a branch', async () => {
    world.create('tools');
    world.commit('tools', { message: 'Work' });
    for (const ref of ['refs/jj/keep/1', 'refs/changes/34/1234/1', 'refs/sessions/x']) {
      const draft = world.git('tools', 'commit-tree', '-m', `in ${ref}`, 'HEAD^{tree}');
      world.git('tools', 'update-ref', ref, draft);
    }
    const everything = { since: new Date(0), until: new Date('2100-01-01') };
    await expect(titlesOf('tools', everything)).resolves.toEqual(['Work']);
  });

  it.each(['refs/heads/broken', 'refs/remotes/origin/broken', 'refs/tags/broken'])(
    'reads the rest where %s names nothing, and says so',
    async (ref) => {
      const name = `broken-${ref.split('/')[1] ?? ''}`;
      const folder = world.create(name);
      world.commit(name, { message: 'Work' });
      mkdirSync(dirname(`${folder}/.git/${ref}`), { recursive: true });
      writeFileSync(`${folder}/.git/${ref}`, `${'12'.repeat(20)}\n`);
      await expect(titlesOf(name)).resolves.toEqual(['Work']);
      await expect(coverageOf(name)).resolves.toMatchObject([
        { status: 'partial', reason: expect.stringMatching(/broken could not be read/) },
      ]);
    },
  );

  it('lists a repository whose dates are absurd', async () => {
    world.create('absurd');
    world.commit('absurd', { message: 'Work' });
    const tree = world.git('absurd', 'rev-parse', 'HEAD^{tree}');
    const who = 'A <a@example.com> 1767690000000000 +0000';
    world.rawObject('absurd', `tree ${tree}\nauthor ${who}\ncommitter ${who}\n\nfuture\n`, 'later');
    const { repositories } = await fetcher.getRepositories(await connect('absurd'), signal);
    expect(repositories).toMatchObject([{ pushedAt: '2026-01-05T10:00:00.000Z' }]);
    await expect(titlesOf('absurd')).resolves.toEqual(['Work']);
  });

  it('reads dates and people that git gives up on', async () => {
    world.create('malformed');
    const tree = world.git('malformed', 'mktree');
    const headers = [
      'author A <a@example.com> 1767690000\ncommitter A <a@example.com> 1767690000',
      'author A <a@example.com> 1767690000 --700\ncommitter A <a@example.com> 1767690000 --700',
      'author A a@example.com 1767690000 +0000\ncommitter A <a@example.com> 1767690000 +0000',
      'committer A <a@example.com> 1767690000 +0000',
    ];
    headers.forEach((header, index) => {
      world.rawObject('malformed', `tree ${tree}\n${header}\n\nForm ${index}\n`, `form${index}`);
    });
    const actions = await actionsOf('malformed');
    expect(actions.map(({ title }) => title).sort()).toEqual([
      'Form 0',
      'Form 1',
      'Form 2',
      'Form 3',
    ]);
    expect(actions.map(({ author }) => author.name).join()).not.toContain('%');
  });

  it('tells a change that is on several branches once', async () => {
    world.create('picked');
    world.commit('picked', { message: 'Start', date: '2026-01-01T00:00:00+0000' });
    world.git('picked', 'checkout', '--quiet', '-b', 'topic');
    const sha = world.commit('picked', { message: 'Add', date: '2026-01-06T00:00:00+0000' });
    world.git('picked', 'checkout', '--quiet', 'main');
    world.commit('picked', { message: 'Other', date: '2026-01-07T00:00:00+0000' });
    world.git('picked', 'cherry-pick', '--allow-empty', sha);
    const actions = await actionsOf('picked', { until: new Date('2100-01-01') });
    const told = actions.map(({ title, merged, branch }) => [title, merged, branch]);
    expect(told.toSorted()).toEqual([
      ['Add', true, undefined],
      ['Other', true, undefined],
    ]);
  });

  it('says which branch work is on that has not landed', async () => {
    world.create('unmerged');
    world.commit('unmerged', { message: 'Landed' });
    world.git('unmerged', 'checkout', '--quiet', '-b', 'topic');
    world.commit('unmerged', { message: 'Under way' });
    world.git('unmerged', 'checkout', '--quiet', '-b', 'stacked');
    world.commit('unmerged', { message: 'On top' });
    world.git('unmerged', 'checkout', '--quiet', '-b', 'release/1', 'main');
    world.commit('unmerged', { message: 'Released' });
    const actions = await actionsOf('unmerged');
    const told = actions.map(({ title, merged, branch }) => [title, merged, branch]);
    expect(told.toSorted()).toEqual([
      ['Landed', true, undefined],
      ['On top', false, 'stacked'],
      ['Released', true, undefined],
      ['Under way', false, 'topic'],
    ]);
  });

  it('takes tags that hold a version for releases, light ones too, and each commit once', async () => {
    world.create('versions');
    const sha = world.commit('versions', { message: 'Work', date: '2026-01-06T00:00:00+0000' });
    const date = '2026-01-07T00:00:00+0000';
    for (const name of ['v1', 'v1.4', 'v1.4.0', 'nightly']) world.git('versions', 'tag', name);
    world.tag('versions', '2.3.x', sha, 'last 2.3.x maintenance', date);
    world.tag('versions', 'pkg@2.0.0', sha, 'Two', date);
    world.git('versions', 'tag', '-a', '-m', 'Twice', 'again-2.0.1', 'pkg@2.0.0');
    const ever = { since: new Date(0), until: new Date('2100-01-01') };
    const releases = await actionsOf('versions', { ...ever, types: ['release'] });
    expect(releases.map((release) => [release.title, release.sha]).toSorted()).toEqual([
      ['again-2.0.1', sha],
      ['pkg@2.0.0', sha],
      ['v1.4.0', sha],
    ]);
  });

  it('reads a merge of very many branches whole', async () => {
    world.create('octopus');
    const tree = world.git('octopus', 'mktree');
    const root = world.commit('octopus', { message: 'Root' });
    const who = 'Ada <ada@example.com> 1767690000 +0000';
    const stream = Array.from({ length: 700 }, (_, arm) =>
      [
        `commit refs/heads/arms/${arm}\nmark :${arm + 1}\nauthor ${who}\ncommitter ${who}`,
        `data <<END\nArm ${arm}\nEND\nfrom ${root}\n`,
      ].join('\n'),
    );
    execFileSync('git', ['-C', world.path('octopus'), 'fast-import', '--quiet'], {
      input: stream.join('\n'),
    });
    const tips = world.git('octopus', 'for-each-ref', '--format=%(objectname)', 'refs/heads/arms');
    const parents = tips.split('\n').map((sha) => `parent ${sha}\n`);
    const merge = `tree ${tree}\n${parents.join('')}author ${who}\ncommitter ${who}\n\nOctopus\n`;
    world.rawObject('octopus', merge, 'main');
    const refs = tips.split('\n').map((_, arm) => `delete refs/heads/arms/${arm}\n`);
    execFileSync('git', ['-C', world.path('octopus'), 'update-ref', '--stdin'], {
      input: refs.join(''),
    });
    const actions = await actionsOf('octopus');
    expect(actions.filter(({ title }) => title.startsWith('Arm '))).toHaveLength(700);
    expect(actions.every(({ merged }) => merged)).toBe(true);
    expect(actions).toContainEqual(expect.objectContaining({ title: 'Octopus', merge: true }));
  });

  it('reads the rest beside a commit that names a parent in no hash', async () => {
    world.create('misnamed');
    const sha = world.commit('misnamed', { message: 'Work' });
    const who = 'Ada <ada@example.com> 1767690000 +0000';
    const header = `tree ${world.git('misnamed', 'mktree')}\nparent ${sha}\nparent zz\n`;
    const odd = execFileSync(
      'git',
      ['-C', world.path('misnamed'), 'hash-object', '-t', 'commit', '-w', '--stdin', '--literally'],
      { input: `${header}author ${who}\ncommitter ${who}\n\nOdd\n` },
    );
    // No git would make such a branch.
    writeFileSync(world.path('misnamed', '.git', 'refs', 'heads', 'odd'), odd);
    await expect(titlesOf('misnamed')).resolves.toContain('Work');
    await expect(coverageOf('misnamed')).resolves.toMatchObject([{ status: 'partial' }]);
  });

  it('reads Latin letters of which nobody said so, in titles and names', async () => {
    world.create('latin');
    const author = Buffer.from('Jörg <joerg@example.com>', 'latin1').toString('latin1');
    const who = `author ${author} 1767690000 +0000\ncommitter ${author} 1767690000 +0000`;
    const tree = world.git('latin', 'mktree');
    const content = Buffer.from(`tree ${tree}\n${who}\n\nGröße\n`, 'latin1');
    world.rawObject('latin', content, 'main');
    world.git('latin', 'tag', 'v1.0.0', 'main');
    await expect(actionsOf('latin')).resolves.toMatchObject([
      { title: 'Größe', author: { name: 'Jörg' } },
      { title: 'v1.0.0', author: { name: 'Jörg' } },
    ]);
  });

  it('takes for a copy what stands elsewhere or was made later, and nothing else', async () => {
    world.create('twins');
    const root = world.commit('twins', { message: 'Root', date: '2026-01-01T00:00:00+0000' });
    const who = 'Ada <ada@example.com> 1767690000 +0000';
    const later = 'Ada <ada@example.com> 1767690001 +0000';
    const tree = world.git('twins', 'mktree');
    const header = `tree ${tree}\nparent ${root}\nauthor ${who}\n`;
    world.rawObject('twins', `${header}committer ${who}\n\nTwin\n\nOne.\n`, 'one');
    world.rawObject('twins', `${header}committer ${who}\n\nTwin\n\nOther.\n`, 'other');
    world.rawObject('twins', `${header}committer ${later}\n\nTwin\n\nAmended.\n`, 'amended');
    const bodies = (await actionsOf('twins')).map(({ body }) => body);
    expect(bodies).toHaveLength(1);
    world.git('twins', 'branch', '-D', 'amended');
    expect((await actionsOf('twins')).map(({ body }) => body).toSorted()).toEqual([
      'One.',
      'Other.',
    ]);
  });
});
