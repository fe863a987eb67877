import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CloneOptionsDto, SessionGrantDto } from '../src/auth/auth.dto.js';
import type { Problem } from '../src/errors/problem.js';
import type { ActionsDto } from '../src/recap/actions.dto.js';
import { RepositoryFolder } from './support/repository.js';
import { TestServer } from './support/server.js';

const LOOSE = /^[0-9a-f]{2}$/;

describe('GIT_ROOT is a wall', () => {
  const folder = new RepositoryFolder().add('plain', [{ subject: 'feat: plain' }]);
  const outside = new RepositoryFolder().add('secret', [{ subject: 'feat: secret' }]);
  const elsewhere = realpathSync(mkdtempSync(join(tmpdir(), 'git-recap-test-')));
  let server: TestServer;

  beforeAll(async () => {
    server = await TestServer.start({ GIT_ROOT: folder.path });
  });
  afterAll(async () => {
    await server.stop();
    folder.remove();
    outside.remove();
    rmSync(elsewhere, { recursive: true });
  });

  const git = (name: string, ...command: string[]): string =>
    execFileSync('git', ['-C', join(folder.path, name), ...command], { encoding: 'utf8' }).trim();
  const inside = (...path: string[]): string => join(folder.path, ...path);
  const secret = (...path: string[]): string => join(outside.path, 'secret', '.git', ...path);
  /** A copy of the secret, objects in a pack if asked for, whose repository is what a test makes of it. */
  const copyOfSecret = (name: string, packed = false): string => {
    cpSync(join(outside.path, 'secret'), inside(name), { recursive: true });
    if (packed) git(name, 'repack', '-adq');
    return inside(name, '.git');
  };
  const empty = (name: string): string => {
    folder.add(name, []);
    writeFileSync(inside(name, '.git', 'refs', 'heads', 'main'), secretCommit());
    return inside(name, '.git');
  };
  const secretCommit = (): string =>
    execFileSync('git', ['-C', join(outside.path, 'secret'), 'rev-parse', 'HEAD'], {
      encoding: 'utf8',
    });
  const open = (path: string) => server.post<SessionGrantDto & Problem>('/clone', { path });
  const titlesOf = async (path: string): Promise<string[]> => {
    const { accessToken: token } = await server.clone(path);
    const { body } = await server.get<ActionsDto>('/actions?author=*', { token });
    expect(body.coverage.repositories).toMatchObject([{ status: 'complete' }]);
    return body.actions.map(({ title }) => title);
  };

  /** What leads out of it: makes the repository of this name. */
  const ESCAPES: Record<string, (name: string) => void> = {
    'its folder of objects is elsewhere': (name) => {
      const dotGit = copyOfSecret(name);
      rmSync(join(dotGit, 'objects'), { recursive: true });
      symlinkSync(secret('objects'), join(dotGit, 'objects'));
    },
    'one of its folders of objects is elsewhere': (name) => {
      const dotGit = copyOfSecret(name);
      for (const part of readdirSync(join(dotGit, 'objects')).filter((one) => LOOSE.test(one))) {
        rmSync(join(dotGit, 'objects', part), { recursive: true });
        symlinkSync(secret('objects', part), join(dotGit, 'objects', part));
      }
    },
    'one of its objects is elsewhere': (name) => {
      const sha = secretCommit();
      const path = join(sha.slice(0, 2), sha.slice(2).trim());
      const dotGit = copyOfSecret(name);
      rmSync(join(dotGit, 'objects', path));
      symlinkSync(secret('objects', path), join(dotGit, 'objects', path));
    },
    'its folder of packs is elsewhere': (name) => {
      const dotGit = copyOfSecret(name, true);
      renameSync(join(dotGit, 'objects', 'pack'), join(elsewhere, 'pack'));
      symlinkSync(join(elsewhere, 'pack'), join(dotGit, 'objects', 'pack'));
    },
    'a pack is elsewhere': (name) => {
      const packs = join(copyOfSecret(name, true), 'objects', 'pack');
      for (const file of readdirSync(packs)) {
        renameSync(join(packs, file), join(elsewhere, file));
        symlinkSync(join(elsewhere, file), join(packs, file));
      }
    },
    'it borrows objects from elsewhere': (name) => {
      writeFileSync(join(empty(name), 'objects/info/alternates'), `${secret('objects')}\n`);
    },
    'it borrows from one that borrows from elsewhere': (name) => {
      folder.add(`${name}-between`, []);
      const between = inside(`${name}-between`, '.git', 'objects');
      writeFileSync(join(between, 'info/alternates'), `${secret('objects')}\n`);
      writeFileSync(join(empty(name), 'objects/info/alternates'), `${between}\n`);
    },
    'it names where it borrows from behind much else': (name) => {
      const much = `# ${'nothing '.repeat(1_000)}\n`;
      writeFileSync(join(empty(name), 'objects/info/alternates'), `${much}${secret('objects')}\n`);
    },
    'it names where it borrows from in quotes': (name) => {
      writeFileSync(join(empty(name), 'objects/info/alternates'), `"${secret('objects')}"\n`);
    },
    'its branches are elsewhere': (name) => {
      const dotGit = copyOfSecret(name);
      rmSync(join(dotGit, 'refs', 'heads'), { recursive: true });
      symlinkSync(secret('refs', 'heads'), join(dotGit, 'refs', 'heads'));
    },
    'its packed branches are elsewhere': (name) => {
      git('plain', 'pack-refs');
      const dotGit = copyOfSecret(name);
      git(name, 'pack-refs', '--all');
      renameSync(join(dotGit, 'packed-refs'), join(elsewhere, 'packed-refs'));
      symlinkSync(join(elsewhere, 'packed-refs'), join(dotGit, 'packed-refs'));
    },
    'its configuration is elsewhere': (name) => {
      const dotGit = copyOfSecret(name);
      rmSync(join(dotGit, 'config'));
      symlinkSync(secret('config'), join(dotGit, 'config'));
    },
    'its configuration includes another one elsewhere': (name) => {
      appendFileSync(join(copyOfSecret(name), 'config'), `[include] path = ${secret('config')}\n`);
    },
    'its configuration includes one under a condition': (name) => {
      const condition = `[core] bare=false\n[IncludeIf "gitdir:/"]\npath = ${secret('config')}\n`;
      writeFileSync(join(copyOfSecret(name), 'config'), condition);
    },
    'its configuration includes one that includes one elsewhere': (name) => {
      const dotGit = copyOfSecret(name);
      writeFileSync(join(dotGit, 'more'), `[include]\npath = ${secret('config')}\n`);
      appendFileSync(join(dotGit, 'config'), '[include] path = more\n');
    },
    'its work tree is elsewhere': (name) => {
      renameSync(copyOfSecret(`${name}-made`), inside(name));
      git(name, 'config', 'core.bare', 'false');
      git(name, 'config', 'core.worktree', elsewhere);
    },
    'it shares the data of a repository elsewhere': (name) => {
      writeFileSync(join(copyOfSecret(name), 'commondir'), `${secret()}\n`);
    },
    'it is elsewhere altogether': (name) => {
      mkdirSync(inside(name));
      writeFileSync(inside(name, '.git'), `gitdir: ${secret()}\n`);
    },
    'another of its work trees is elsewhere': (name) => {
      const dotGit = copyOfSecret(name);
      mkdirSync(join(dotGit, 'worktrees'));
      symlinkSync(secret(), join(dotGit, 'worktrees', 'x'));
    },
    'its people are mapped elsewhere': (name) => {
      copyOfSecret(name);
      writeFileSync(join(elsewhere, '.mailmap'), 'Somebody <ada@example.com>\n');
      symlinkSync(join(elsewhere, '.mailmap'), inside(name, '.mailmap'));
    },
  };
  it.each(Object.entries(ESCAPES))('refuses a repository when %s', async (_, make) => {
    const name = `escape-${String(readdirSync(folder.path).length)}`;
    make(name);
    const { status, body } = await open(name);
    expect([status, body.code]).toEqual([422, 'clone_refused']);
    expect(body.detail).not.toContain(outside.path);
  });

  it('refuses one that had led nowhere else when it was added', async () => {
    const dotGit = copyOfSecret('later');
    const { accessToken: token } = await server.clone('later');
    rmSync(join(dotGit, 'objects'), { recursive: true });
    symlinkSync(secret('objects'), join(dotGit, 'objects'));
    const { status, body } = await server.get<Problem>('/actions?author=*', { token });
    expect([status, body.code]).toEqual([422, 'clone_refused']);
  });

  const PIPES = [
    '.git/HEAD',
    '.git/config',
    '.git/packed-refs',
    '.git/shallow',
    '.git/index',
    '.git/refs/heads/pipe',
    '.git/objects/info/alternates',
    '.git/objects/pack/pack-1.idx',
    '.git/info/grafts',
    '.mailmap',
    '.gitattributes',
  ];
  it.each(PIPES)('refuses a pipe in the place of %s, and waits for nobody', async (path) => {
    const name = `pipe-${String(readdirSync(folder.path).length)}`;
    copyOfSecret(name);
    rmSync(inside(name, path), { force: true });
    execFileSync('mkfifo', [inside(name, path)]);
    const { status, body } = await open(name);
    expect([status, body.code]).toEqual([422, 'clone_refused']);
  });

  it('lists repositories beside folders that hold pipes by the names of pointers', async () => {
    for (const name of ['commondir', '.git', 'HEAD']) {
      mkdirSync(inside(`with-${name}`));
      execFileSync('mkfifo', [inside(`with-${name}`, name)]);
      expect((await open(`with-${name}`)).status).toBe(404);
    }
    copyOfSecret('shared-pipe');
    execFileSync('mkfifo', [inside('shared-pipe', '.git', 'commondir')]);
    expect((await open('shared-pipe')).status).toBe(422);
    const { status, body } = await server.get<CloneOptionsDto>('/clone');
    expect(status).toBe(200);
    expect(body.repositories.map(({ path }) => path)).toContain('plain');
  });

  it('lets repositories borrow from one another inside, and goes without what is gone', async () => {
    for (const [from, to] of ['plain', 'one', 'two', 'three', 'four'].map((name, index, all) => [
      name,
      all[index + 1] ?? 'five',
    ])) {
      git('.', 'clone', '--quiet', '--shared', String(from), String(to));
    }
    expect(readdirSync(inside('five', '.git', 'objects')).filter((one) => LOOSE.test(one))).toEqual(
      [],
    );
    await expect(titlesOf('five')).resolves.toEqual(['feat: plain']);
    appendFileSync(inside('one', '.git', 'objects/info/alternates'), `${elsewhere}/gone/objects\n`);
    await expect(titlesOf('one')).resolves.toEqual(['feat: plain']);
  });

  it('lets repositories keep what is theirs elsewhere inside', async () => {
    git('plain', 'worktree', 'add', '--quiet', '../linked', '-b', 'linked');
    await expect(titlesOf('linked')).resolves.toEqual(['feat: plain']);
    writeFileSync(inside('more.config'), '[remote "origin"]\nurl = https://host.example/o/r\n');
    git('.', 'clone', '--quiet', '--no-hardlinks', 'plain', 'including');
    git('including', 'remote', 'remove', 'origin');
    git('including', 'config', 'include.path', '../../more.config');
    git('including', 'config', '--add', 'include.path', '~/.gitconfig-of-mine');
    git('including', 'config', '--add', 'include.path', `${elsewhere}/gone`);
    await expect(titlesOf('including')).resolves.toEqual(['feat: plain']);
    const { connections } = await server.clone('including');
    expect(connections).toHaveLength(1);
  });
});
