import { afterAll, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { collect } from '../../../test/support/collect.js';
import { eventually } from '../../../test/support/eventually.js';
import { GitWorld } from '../../../test/support/git-world.js';
import { runningIn } from '../../../test/support/running-git.js';
import { GitProcess } from './git.process.js';
import { measureByPs, measureTree } from './process-tree.js';
import { runGit } from './run-git.js';

const { signal } = new AbortController();

describe('GitProcess', () => {
  const world = new GitWorld();
  const folder = { gitDirectory: `${world.create('here')}/.git` };
  afterAll(() => world.remove());

  const onLinux = process.platform === 'linux' ? it : it.skip;
  onLinux('is refused, and ends no server, where there are no descriptors left', async () => {
    const limit = (of: string) => `prlimit --pid ${String(process.pid)} --nofile=${of}:`;
    const script = `usual=$(ulimit -n); ${limit('3')}; echo; read line; ${limit('$usual')}`;
    const helper = spawn('sh', ['-c', script]);
    const restored = once(helper, 'close');
    await once(helper.stdout, 'data');
    const start = GitProcess.start({ arguments: ['version'], signal, timeout: 5_000 });
    const refusal: unknown = await start.catch((error: unknown) => error);
    helper.stdin.end('\n');
    await restored;
    expect(refusal).toMatchObject({ reason: 'busy' });
  });

  it('ends a git that takes longer than it may, and says so', async () => {
    const waitsForInput = await GitProcess.start({
      arguments: ['cat-file', '--batch'],
      folder,
      signal,
      timeout: 100,
    });
    await expect(collect(waitsForInput)).rejects.toMatchObject({ reason: 'timeout' });
  });

  it.each([
    ['processes', 'for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17; do sleep 60 & done; wait'],
    ['memory', 'head -c 99999999 /dev/zero | tail -c 99999999 | (sleep 60; cat)'],
  ])('ends a git that takes more %s than it may, and all it started', async (reason, script) => {
    const greedy = runGit({
      arguments: ['-c', `alias.greedy=!: ${world.directory}; ${script}`, 'greedy'],
      folder,
      signal,
      timeout: 15_000,
      memory: 32 * 1024 * 1024,
    });
    await expect(greedy).rejects.toMatchObject({ reason });
    await eventually(() => expect(runningIn(world.directory)).toBe(0));
  });

  it('is measured alike by /proc and, where there is none, by ps', async () => {
    const PROCESSES = 4; // the shell, tail, the shell in brackets, and sleep
    // tail keeps all of it until it knows the end.
    const script = 'head -c 50000000 /dev/zero | tail -c 50000000 | (sleep 60; cat)';
    const shell = spawn('sh', ['-c', script], { detached: true, stdio: 'ignore' });
    const pid = shell.pid ?? 0;
    try {
      for (const measure of [measureByPs, measureTree]) {
        await eventually(async () => {
          const { processes, bytes } = await measure(pid);
          expect(processes).toBe(PROCESSES);
          expect(bytes / 1_000_000).toBeGreaterThan(50);
          expect(bytes / 1_000_000).toBeLessThan(70);
        });
      }
    } finally {
      process.kill(-pid, 'SIGKILL');
    }
    await eventually(async () =>
      expect(await measureByPs(pid)).toEqual({ processes: 0, bytes: 0 }),
    );
  });

  it('keeps what git complains about for the operator', async () => {
    const failing = runGit({ arguments: ['show', 'nothing'], folder, signal, timeout: 10_000 });
    await expect(failing).rejects.toMatchObject({
      reason: 'failed',
      diagnostics: expect.stringContaining('nothing'),
      message: expect.not.stringContaining('nothing'),
    });
  });

  it('keeps output until someone reads it, also after git has ended', async () => {
    const git = await GitProcess.start({ arguments: ['version'], folder, signal, timeout: 10_000 });
    git.input.end();
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(Buffer.concat(await collect(git)).toString()).toMatch(/^git version/);
  });

  it('is stopped with its output unread', async () => {
    const git = await GitProcess.start({ arguments: ['version'], folder, signal, timeout: 10_000 });
    await new Promise((resolve) => setTimeout(resolve, 200));
    await expect(git.stop()).resolves.toBeUndefined();
  });

  it('opens no connection unless told to, whatever the repository says', async () => {
    world.git('here', 'config', 'protocol.allow', 'always');
    world.git('here', 'config', 'protocol.file.allow', 'always');
    for (const network of [true, false]) {
      const listing = runGit({
        arguments: ['ls-remote', folder.gitDirectory],
        folder,
        network,
        signal,
        timeout: 10_000,
      });
      await expect(listing).rejects.toMatchObject({
        diagnostics: expect.stringContaining("transport 'file' not allowed"),
      });
    }
  });
});
