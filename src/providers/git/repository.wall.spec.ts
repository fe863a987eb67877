import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RepositoryWall } from './repository.wall.js';

describe('looking at a repository before git does', () => {
  let root = '';
  let dotGit = '';

  beforeEach(() => {
    root = realpathSync(mkdtempSync(join(tmpdir(), 'git-recap-test-')));
    execFileSync('git', ['init', '--quiet', '--template=', root]);
    dotGit = join(root, '.git');
  });
  afterEach(() => {
    rmSync(root, { recursive: true });
  });

  const check = (): Promise<void> =>
    new RepositoryWall(root).check({ gitDirectory: dotGit, commonDirectory: dotGit });
  const onLinux = process.platform === 'linux' ? it : it.skip;
  onLinux('has few folders open at a time, however many there are', async () => {
    const folders = Array.from({ length: 2_000 }, (_, number) => `refs/heads/${String(number)}`);
    execFileSync('mkdir', folders, { cwd: dotGit });
    const descriptors = (): number => readdirSync('/proc/self/fd').length;
    const before = descriptors();
    let most = before;
    const watch = setInterval(() => {
      most = Math.max(most, descriptors());
    });
    await check();
    clearInterval(watch);
    expect(most - before).toBeLessThan(50);
  });

  it('asks about a file of configuration once, however often others include it', async () => {
    const names = Array.from({ length: 9 }, (_, level) => `level-${String(level)}`);
    appendFileSync(join(dotGit, 'config'), '[include]\n\tpath = level-0\n');
    for (const [level, name] of names.entries()) {
      const next = `[include]\n\tpath = level-${String(level + 1)}\n`;
      writeFileSync(join(dotGit, name), next.repeat(20));
    }
    await check();
  });

  it('refuses a repository that includes more files than anybody needs', async () => {
    for (let number = 0; number < 60; number += 1) {
      writeFileSync(join(dotGit, `part-${String(number)}`), '[core]\n\tinclude = no\n');
      appendFileSync(join(dotGit, 'config'), `[include]\n\tpath = part-${String(number)}\n`);
    }
    await expect(check()).rejects.toMatchObject({ code: 'clone_refused' });
  });
});
